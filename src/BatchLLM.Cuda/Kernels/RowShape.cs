using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Launch shapes of kernels in which one block works on one row.</summary>
internal static class RowShape
{
    /// <summary>As many threads as a row has pieces, in whole warps, up to a limit.</summary>
    /// <param name="rows">Blocks.</param>
    /// <param name="pieces">What one thread takes at a time, of one row. The shape must not depend on anything else: it decides the order of sums.</param>
    /// <param name="mostThreads">Limit, a multiple of 32.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    public static LaunchShape Of(int rows, int pieces, int mostThreads = 512, int sharedBytes = 0) =>
        new(rows, 1, 1, Math.Min(mostThreads, (pieces + 31) / 32 * 32), sharedBytes);
}
