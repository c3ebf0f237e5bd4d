namespace BatchLLM.Engine.Assembly;

/// <summary>
/// What AMX is told of its eight tiles (Intel SDM, LDTILECFG): 0 to 3 are two by two of sums, 4 and 5 input of the two row tiles,
/// 6 and 7 weights of the two column tiles.
/// </summary>
internal static class TileConfiguration
{
    /// <summary>Most rows of the two row tiles.</summary>
    public const int MostRows = 2 * TileRows;

    /// <summary>Rows of a whole tile.</summary>
    public const int TileRows = 16;

    /// <summary>Bytes of a tile's row.</summary>
    public const int RowBytes = 64;

    private const int Bytes = 64;
    private const int RowBytesOffset = 16;
    private const int RowsOffset = 48;

    /// <summary>The configuration, in palette 1. The second row tile has what the first leaves.</summary>
    /// <param name="rows">1 to <see cref="MostRows"/>.</param>
    public static byte[] Of(int rows)
    {
        var bytes = new byte[Bytes];
        bytes[0] = 1;
        var first = (byte)Math.Min(rows, TileRows);
        var second = (byte)(rows - first);
        byte[] tileRows = [first, first, second, second, first, second, TileRows, TileRows];
        for (var tile = 0; tile < tileRows.Length; tile++)
        {
            bytes[RowsOffset + tile] = tileRows[tile];
            bytes[RowBytesOffset + 2 * tile] = (byte)(tileRows[tile] > 0 ? RowBytes : 0);
        }

        return bytes;
    }
}
