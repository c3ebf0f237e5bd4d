using BatchLLM.Checkpoints;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Model;

/// <summary>Reads a norm's weight, with zeros behind it up to whole vectors.</summary>
internal static unsafe class NormWeights
{
    /// <summary>Reads the weight. // [hidden rounded up to 8]</summary>
    public static AlignedBuffer<float> Read(Tensor tensor)
    {
        var count = checked((int)tensor.ElementCount);
        var weight = new AlignedBuffer<float>((count + 7) / 8 * 8);
        tensor.ReadFloats(0, new Span<float>(weight.Pointer, count));
        return weight;
    }
}
