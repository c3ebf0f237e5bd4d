using System.Runtime.InteropServices;

namespace BatchLLM.Tests.Engine.Assembly;

/// <summary>Instructions that multiply neighbours and add the products.</summary>
internal static class DotProducts
{
    /// <summary>VDPBF16PS: the odd elements' product first, then the even ones'.</summary>
    public static void BrainFloats(Span<byte> d, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LaneShape shape)
    {
        var c = MemoryMarshal.Cast<byte, float>(d);
        var x = MemoryMarshal.Cast<byte, ushort>(a);
        var y = MemoryMarshal.Cast<byte, ushort>(b);
        for (var i = 0; i < shape.Bytes / 4; i++)
        {
            c[i] = BrainFloatArithmetic.FusedMultiplyAdd(x[2 * i + 1], y[2 * i + 1], c[i]);
            c[i] = BrainFloatArithmetic.FusedMultiplyAdd(x[2 * i], y[2 * i], c[i]);
        }
    }

    /// <summary>VPMADDWD.</summary>
    public static void Shorts(Span<byte> d, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LaneShape shape)
    {
        d.Clear();
        AddedShorts(d, a, b, shape);
    }

    /// <summary>VPDPWSSD.</summary>
    public static void AddedShorts(Span<byte> d, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LaneShape shape)
    {
        var c = MemoryMarshal.Cast<byte, int>(d);
        var x = MemoryMarshal.Cast<byte, short>(a);
        var y = MemoryMarshal.Cast<byte, short>(b);
        for (var i = 0; i < shape.Bytes / 4; i++)
        {
            c[i] += x[2 * i] * y[2 * i] + x[2 * i + 1] * y[2 * i + 1];
        }
    }

    /// <summary>VPMADDUBSW: the first source is unsigned, the second signed, and the sum saturates.</summary>
    public static void SaturatedBytes(Span<byte> d, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LaneShape shape)
    {
        var c = MemoryMarshal.Cast<byte, short>(d);
        for (var i = 0; i < shape.Bytes / 2; i++)
        {
            var sum = a[2 * i] * (sbyte)b[2 * i] + a[2 * i + 1] * (sbyte)b[2 * i + 1];
            c[i] = (short)Math.Clamp(sum, short.MinValue, short.MaxValue);
        }
    }

    /// <summary>VPDPBUSD: the first source is unsigned, the second signed.</summary>
    public static void AddedBytes(Span<byte> d, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, LaneShape shape)
    {
        var c = MemoryMarshal.Cast<byte, int>(d);
        for (var i = 0; i < shape.Bytes; i++)
        {
            c[i / 4] += a[i] * (sbyte)b[i];
        }
    }
}
