using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Attention;

/// <summary>A float32 of the KV cache, or of what was decoded from it.</summary>
/// <param name="Value">The number.</param>
internal readonly unsafe record struct Float32Element(float Value) : IKvElement<Float32Element>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(Float32Element* elements) => Vector256.Load((float*)elements);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadWide(Float32Element* elements) => Vector512.Load((float*)elements);
}
