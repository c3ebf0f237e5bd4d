using BatchLLM.Checkpoints;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Model;

/// <summary>All weights of a model, packed for the CPU; independent of the files after construction.</summary>
internal sealed class LlamaWeights(IModelWeights model, Numerics numerics, int panelWidth) : IDisposable
{
    /// <summary>Token embeddings.</summary>
    public EmbeddingTable Embedding { get; } = new(model.Tensor(LlamaTensors.Embedding));

    /// <summary>The layers, first to last.</summary>
    public LayerWeights[] Layers { get; } =
        [.. Enumerable.Range(0, model.Config.LayerCount).Select(layer => new LayerWeights(model, layer, numerics, panelWidth))];

    /// <summary>Norm before the output matrix. // [hidden]</summary>
    public AlignedBuffer<float> FinalNorm { get; } = NormWeights.Read(model.Tensor(LlamaTensors.FinalNorm));

    /// <summary>Output matrix. Tied weights are packed a second time: panels cannot be read row by row.</summary>
    public PackedMatrix Head { get; } = new(
        panelWidth, InputRounding.Of(numerics, model.Linear(LlamaTensors.HeadModule)), model.Linear(LlamaTensors.HeadModule));

    /// <summary>All linear layers.</summary>
    public IEnumerable<PackedMatrix> Linears => Layers.SelectMany(l => l.Linears).Append(Head);

    /// <summary>Bytes of memory.</summary>
    public long ByteCount => Embedding.ByteCount + Linears.Sum(l => l.ByteCount)
        + (FinalNorm.Length + Layers.Sum(l => l.AttentionNorm.Length + l.FeedForwardNorm.Length)) * sizeof(float);

    /// <inheritdoc/>
    public void Dispose()
    {
        Embedding.Dispose();
        Array.ForEach(Layers, l => l.Dispose());
        FinalNorm.Dispose();
        Head.Dispose();
    }
}
