using System.Runtime.InteropServices;

namespace BatchLLM.Tests.Engine.Assembly;

/// <summary>Instructions that move elements about.</summary>
internal static class Permutations
{
    private const int SegmentBytes = 16;

    /// <summary>VPSHUFB: within 16 bytes; a control byte with its top bit set gives zero.</summary>
    public static void Bytes(Span<byte> d, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LaneShape shape)
    {
        for (var i = 0; i < shape.Bytes; i++)
        {
            d[i] = (b[i] & 0x80) != 0 ? (byte)0 : a[i / SegmentBytes * SegmentBytes + (b[i] & 15)];
        }
    }

    /// <summary>VPERMD, VPERMPS and VPERMW: across the whole vector; the first source holds the indices.</summary>
    public static void Elements<T>(Span<byte> d, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LaneShape shape)
        where T : unmanaged
    {
        var to = MemoryMarshal.Cast<byte, T>(d[..shape.Bytes]);
        var from = MemoryMarshal.Cast<byte, T>(b[..shape.Bytes]);
        var elementBytes = shape.Bytes / to.Length;
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = from[a[i * elementBytes] & (to.Length - 1)];
        }
    }

    /// <summary>VEXTRACT: the immediate counts parts as large as the destination.</summary>
    public static void Extract(Span<byte> d, ReadOnlySpan<byte> a, LaneShape shape)
    {
        d.Clear();
        a.Slice(shape.Immediate * shape.Bytes, shape.Bytes).CopyTo(d);
    }

    /// <summary>VPUNPCK: the lower (0) or upper (1) halves of each 16 bytes, element by element in turns.</summary>
    public static void Interleave<T>(Span<byte> d, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LaneShape shape, int half)
        where T : unmanaged
    {
        for (var segment = 0; segment < shape.Bytes; segment += SegmentBytes)
        {
            var to = MemoryMarshal.Cast<byte, T>(d.Slice(segment, SegmentBytes));
            var x = MemoryMarshal.Cast<byte, T>(a.Slice(segment + half * SegmentBytes / 2, SegmentBytes / 2));
            var y = MemoryMarshal.Cast<byte, T>(b.Slice(segment + half * SegmentBytes / 2, SegmentBytes / 2));
            for (var i = 0; i < x.Length; i++)
            {
                (to[2 * i], to[2 * i + 1]) = (x[i], y[i]);
            }
        }
    }
}
