using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>One split of one row's context, for the decode kernel.</summary>
/// <param name="Row">Row of the step; negative: nothing to do.</param>
/// <param name="Split">Which of its splits.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct DecodeWork(int Row, int Split)
{
    /// <summary>Fills a list that is launched longer than it is.</summary>
    public static DecodeWork Nothing => new(-1, 0);
}
