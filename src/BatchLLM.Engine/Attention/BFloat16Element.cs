using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Attention;

/// <summary>A BF16 of the KV cache: the upper half of a float32.</summary>
/// <param name="Bits">The half.</param>
internal readonly unsafe record struct BFloat16Element(ushort Bits) : IKvElement<BFloat16Element>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(BFloat16Element* elements)
    {
        var bits = Vector128.Load((ushort*)elements);
        return (Vector256.WidenLower(bits.ToVector256Unsafe()) << 16).AsSingle();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadWide(BFloat16Element* elements)
    {
        var bits = Vector256.Load((ushort*)elements);
        return (Vector512.WidenLower(bits.ToVector512Unsafe()) << 16).AsSingle();
    }
}
