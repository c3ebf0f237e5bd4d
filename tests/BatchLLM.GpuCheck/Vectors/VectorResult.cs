using System.Runtime.InteropServices;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>What a kernel has made of a vector.</summary>
/// <param name="Bits">All that it has written.</param>
/// <param name="Fault">What is not as it should be; null if all is.</param>
internal sealed record VectorResult(byte[] Bits, string? Fault)
{
    /// <summary>Of elements.</summary>
    public static VectorResult Of<T>(T[] read, string? fault)
        where T : unmanaged => new(MemoryMarshal.AsBytes(read.AsSpan()).ToArray(), fault);

    /// <summary>Of elements that have to be the expected ones.</summary>
    public static VectorResult Of<T>(T[] expected, T[] read)
        where T : unmanaged => Of(read, FaultOf(expected, read));

    /// <summary>The first element that is another one; null if there is none.</summary>
    public static string? FaultOf<T>(T[] expected, T[] read)
        where T : unmanaged
    {
        var place = MemoryMarshal.AsBytes(expected.AsSpan()).CommonPrefixLength(MemoryMarshal.AsBytes(read.AsSpan())) / Marshal.SizeOf<T>();
        return place == expected.Length && place == read.Length ? null
            : place < Math.Min(expected.Length, read.Length) ? $"element {place} of {expected.Length}: {read[place]}, expected {expected[place]}"
            : $"{read.Length} elements, expected {expected.Length}";
    }
}
