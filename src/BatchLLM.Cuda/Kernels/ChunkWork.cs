using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Some positions of one slice, for the chunk kernel.</summary>
/// <param name="Slice">Slice of the step; negative: nothing to do.</param>
/// <param name="First">First position, a multiple of <see cref="AttentionShape.BlockRows"/>; it may be before the slice's.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ChunkWork(int Slice, int First)
{
    /// <summary>Fills a list that is launched longer than it is.</summary>
    public static ChunkWork Nothing => new(-1, 0);
}
