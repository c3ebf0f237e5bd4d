namespace BatchLLM.Cuda.Devices;

/// <summary>
/// Where block-scaled products look for the scales of a matrix of <see cref="ElementType.E2M1"/>: one E4M3 for each 16 elements of
/// a row, in tiles of 128 rows by 4 blocks. Kernels write the same layout (kernels/nvfp4.h).
/// </summary>
/// <remarks>
/// Tiles of 512 bytes one beside another, a row of tiles after the other: in them the rows 0, 32, 64 and 96 follow each other, four
/// blocks each, then the rows 1, 33, 65 and 97 (NVIDIA's manual of cuBLAS, "1D Block Scaling Factors Layout").
/// </remarks>
public static class BlockScaleTiles
{
    /// <summary>Elements that share a scale.</summary>
    public const int BlockSize = 16;

    private const int Rows = 128;
    private const int Blocks = 4;

    /// <summary>Bytes of a matrix's scales, whole tiles.</summary>
    /// <param name="rows">Of the matrix.</param>
    /// <param name="depth">Elements of a row, a multiple of 16.</param>
    public static long ByteCount(int rows, int depth) => (long)((rows + Rows - 1) / Rows) * TilesOfRow(depth) * (Rows * Blocks);

    /// <summary>Where a block's scale stands.</summary>
    /// <param name="row">Of the matrix.</param>
    /// <param name="block">Of the row.</param>
    /// <param name="depth">Elements of a row.</param>
    public static long Offset(int row, int block, int depth)
    {
        var tile = (long)(row / Rows) * TilesOfRow(depth) + block / Blocks;
        return tile * (Rows * Blocks) + row % 32 * 16 + row % Rows / 32 * Blocks + block % Blocks;
    }

    private static int TilesOfRow(int depth) => (depth / BlockSize + Blocks - 1) / Blocks;
}
