namespace BatchLLM.Engine.Assembly;

/// <summary>What an assembled integer tile is made of.</summary>
/// <param name="Rows">Rows, 1 or more.</param>
/// <param name="Strips">Strips of 16 columns: 1 in 256-bit vectors, 1 to 3 in 512-bit ones.</param>
/// <param name="HasDot">True for dot products of four bytes (VNNI), false for AVX2's products of pairs.</param>
/// <param name="IsWide">True for 512-bit vectors, which go with dot products only.</param>
internal readonly record struct IntegerTileShape(int Rows, int Strips, bool HasDot, bool IsWide)
{
    private const int StripBytes = 64;

    /// <summary>Bytes of a vector.</summary>
    public int VectorBytes => IsWide ? StripBytes : StripBytes / 2;

    /// <summary>Vectors of a row.</summary>
    public int Vectors => Strips * StripBytes / VectorBytes;

    /// <summary>Most rows whose whole sums fit the registers beside the operands.</summary>
    public static int MostRows(int strips, bool isWide) => (isWide, strips) switch
    {
        (false, _) => 6,
        (_, 1) => 14,
        (_, 2) => 12,
        _ => 8,
    };

    /// <summary>Most rows whose group sums and results fit the registers beside the operands.</summary>
    public static int MostGroupRows(int strips, bool isWide) => isWide ? 12 / strips : 6;
}
