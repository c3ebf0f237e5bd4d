using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>How a product of 4-bit weights is launched for a number of rows. It decides the time, and no bit.</summary>
/// <param name="BlockRows">Rows of a block: 16, 64 or 128.</param>
/// <param name="HasBlockPerSlice">True if each slice has a block, false if a block does one after another.</param>
/// <param name="Launch">Blocks and their shared memory.</param>
internal readonly record struct W4Plan(int BlockRows, bool HasBlockPerSlice, LaunchShape Launch)
{
    /// <summary>Most bytes that slices of blocks take.</summary>
    public const long MostPartialBytes = 64L << 20;

    /// <summary>Most blocks beside each other whose slices have blocks of their own.</summary>
    public const int MostTiles = 1_024;

    private const int Warps = 8;
    private const int Threads = Warps * 32;

    // Of shared memory: two on their way, and one that is multiplied.
    private const int Stages = 3;

    /// <summary>Decides.</summary>
    /// <param name="shape">The layer.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="multiprocessors">Of the device.</param>
    public static W4Plan Of(W4Shape shape, int rows, int multiprocessors)
    {
        var blockRows = rows <= 16 ? 16 : rows <= 64 ? 64 : 128;
        var (x, y) = ((rows + blockRows - 1) / blockRows, (shape.OutputGroups + Warps - 1) / Warps);

        // Adding up costs a write and a read of each slice, which idle multiprocessors would cost more. The fewest rows are bound by
        // memory and have small sums: their blocks go two to a multiprocessor.
        var isFew = (long)x * y <= Math.Min(blockRows == 16 ? multiprocessors : multiprocessors * 3 / 4, MostTiles);
        var hasBlockPerSlice = shape.Slices > 1 && isFew && (long)x * y * shape.Slices * SumBytes(blockRows) <= MostPartialBytes;
        return Of(shape, rows, blockRows, hasBlockPerSlice);
    }

    /// <summary>A plan of a given kind.</summary>
    public static W4Plan Of(W4Shape shape, int rows, int blockRows, bool hasBlockPerSlice)
    {
        var tile = blockRows * W4Shape.TileDepth * sizeof(ushort) + Warps * (W4Shape.TileCodeBytes + shape.TileScaleBytes);
        var totals = shape.Slices > 1 && !hasBlockPerSlice ? SumBytes(blockRows) : 0;
        return new W4Plan(blockRows, hasBlockPerSlice, new LaunchShape(
            (rows + blockRows - 1) / blockRows, (shape.OutputGroups + Warps - 1) / Warps, hasBlockPerSlice ? shape.Slices : 1, Threads,
            Stages * (blockRows == 128 ? 1 : 2) * tile + totals));
    }

    private static int SumBytes(int blockRows) => blockRows * Warps * W4Shape.WarpOutputs * sizeof(float);
}
