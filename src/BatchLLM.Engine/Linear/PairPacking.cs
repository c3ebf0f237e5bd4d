namespace BatchLLM.Engine.Linear;

/// <summary>Puts two k of one column side by side: [k, width] becomes [k / 2, width, 2], an odd depth filled with zeros.</summary>
/// <remarks>
/// The layout that instructions take which multiply pairs. To the others it costs nothing: a 32-bit lane holds both numbers of
/// its column, and a shift and a mask part them.
/// </remarks>
internal static class PairPacking
{
    /// <summary>Elements of a panel.</summary>
    public static long Elements(int depth, int width) => (depth + 1L) / 2 * 2 * width;

    /// <summary>Interleaves a panel.</summary>
    /// <param name="values">// [depth, width]</param>
    /// <param name="width">Columns.</param>
    /// <param name="target">Zeroed; receives pairs. // [(depth + 1) / 2, width, 2]</param>
    public static unsafe void Interleave<T>(ReadOnlySpan<T> values, int width, T* target)
        where T : unmanaged
    {
        for (var start = 0; start < values.Length; start += width)
        {
            var to = target + start / width / 2 * 2 * width + start / width % 2;
            for (var column = 0; column < width; column++)
            {
                to[2 * column] = values[start + column];
            }
        }
    }
}
