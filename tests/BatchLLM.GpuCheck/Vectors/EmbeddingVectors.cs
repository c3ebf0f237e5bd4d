using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Engine.Reference;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Embeddings.</summary>
internal static class EmbeddingVectors
{
    private const int Hidden = 70;
    private const int Vocabulary = 11;

    // Of an id, of what slot 2 holds, of what slot 0 holds: that its logits were not finite.
    private static readonly int[] Tokens = [10, -3, -1];
    private static readonly int[] Chosen = [-2, -1, 7];
    private static readonly int[] Ids = [10, 7, 0];

    /// <summary>Tokens by their ids and by slots.</summary>
    /// <param name="type">Of the table.</param>
    public static KernelVector Of(TensorType type) => new($"embedding, {type}", device => Run(device, type));

    private static VectorResult Run(IDevice device, TensorType type)
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, Vocabulary * Hidden).Select(_ => (float)(Half)(random.NextSingle() - 0.5f)).ToArray();
        values = type == TensorType.BF16 ? Array.ConvertAll(values, ReferenceRounding.BFloat16) : values;
        using var table = type switch
        {
            TensorType.BF16 => device.Store(Array.ConvertAll(values, TestRows.Bits)),
            TensorType.F16 => device.Store(Array.ConvertAll(values, v => (Half)v)),
            _ => device.Store(values),
        };
        using var tokens = device.Store(Tokens);
        using var chosen = device.Store(Chosen);
        using var residual = device.Allocate(Tokens.Length * Hidden * sizeof(float));
        new Embedding(device, type).Launch(Tokens.Length, new EmbeddingArguments
        {
            Tokens = tokens.Address,
            Chosen = chosen.Address,
            Table = table.Address,
            Residual = residual.Address,
            Hidden = Hidden,
        });
        return VectorResult.Of([.. Ids.SelectMany(id => values[(id * Hidden)..((id + 1) * Hidden)])], device.Read<float>(residual));
    }
}
