using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Linear;

/// <summary>Signed bytes to shorts for the kernels that multiply pairs of shorts.</summary>
/// <remarks>
/// Of every four k, the first pair takes 0 and 2, the second 1 and 3: that is what two shifts make of a vector without
/// moving anything across it.
/// </remarks>
internal static unsafe class QuadWidening
{
    /// <summary>Widens a quad of a strip.</summary>
    /// <param name="codes">// [16, 4]</param>
    /// <param name="shorts">// [2 pairs, 16, 2]</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(byte* codes, short* shorts)
    {
        Widen(Vector256.Load((short*)codes), shorts);
        Widen(Vector256.Load((short*)codes + 16), shorts + 16);
    }

    /// <summary>Widens a quad of eight columns.</summary>
    /// <param name="codes">// [8, 4] bytes</param>
    /// <param name="shorts">Where the columns of the first pair begin; those of the second follow after 16 columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(Vector256<short> codes, short* shorts)
    {
        ((codes << 8) >> 8).Store(shorts);
        (codes >> 8).Store(shorts + 32);
    }
}
