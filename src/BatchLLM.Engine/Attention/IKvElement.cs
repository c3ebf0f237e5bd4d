using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Attention;

/// <summary>An element that the kernel reads where it stands in the cache.</summary>
/// <typeparam name="TSelf">The element.</typeparam>
internal unsafe interface IKvElement<TSelf>
    where TSelf : unmanaged, IKvElement<TSelf>
{
    /// <summary>Eight elements as float32; exact.</summary>
    static abstract Vector256<float> Load(TSelf* elements);

    /// <summary>Sixteen elements as float32; exact.</summary>
    static abstract Vector512<float> LoadWide(TSelf* elements);
}
