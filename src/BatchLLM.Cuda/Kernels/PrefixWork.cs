using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>One split of what some rows' contexts have in common, for the prefix kernel.</summary>
/// <param name="FirstMember">Index of the first row in the list of members; negative: nothing to do.</param>
/// <param name="Members">Rows, 1 to <see cref="AttentionShape.BlockRows"/>.</param>
/// <param name="First">First position, a multiple of <see cref="AttentionShape.SplitTokens"/>.</param>
/// <param name="End">Behind the last position: a multiple of <see cref="AttentionShape.TileTokens"/>, in the same split.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PrefixWork(int FirstMember, int Members, int First, int End)
{
    /// <summary>Fills a list that is launched longer than it is.</summary>
    public static PrefixWork Nothing => new(-1, 0, 0, 0);
}
