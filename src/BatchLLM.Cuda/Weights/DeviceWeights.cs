using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Weights;

/// <summary>All weights of a model on a device; independent of the files after construction.</summary>
internal sealed class DeviceWeights : IDisposable
{
    /// <summary>Copies a model.</summary>
    /// <exception cref="BatchLLMException">The device has too little memory, or the model has shapes that it cannot multiply.</exception>
    public DeviceWeights(IDevice device, IModelWeights model, Numerics numerics)
    {
        Embedding = new DeviceEmbedding(device, model.Tensor(LlamaTensors.Embedding));
        Layers = [.. Enumerable.Range(0, model.Config.LayerCount).Select(layer => new DeviceLayer(device, model, layer, numerics))];
        FinalNorm = NormWeight.Store(device, model, LlamaTensors.FinalNorm);
        Head = new DeviceLinear(device, numerics, model.Linear(LlamaTensors.HeadModule));
        W4Workspace = Layers.SelectMany(layer => layer.Linears).Append(Head).Any(linear => linear.Packed is not null)
            ? new W4Workspace(device)
            : null;
    }

    /// <summary>Token embeddings.</summary>
    public DeviceEmbedding Embedding { get; }

    /// <summary>The layers, first to last.</summary>
    public IReadOnlyList<DeviceLayer> Layers { get; }

    /// <summary>Norm before the output matrix. // float32 [hidden]</summary>
    public DeviceMemory FinalNorm { get; }

    /// <summary>Output matrix. A tied one is stored a second time.</summary>
    public DeviceLinear Head { get; }

    /// <summary>What products of 4-bit codes add up in; null if there are none.</summary>
    public W4Workspace? W4Workspace { get; }

    /// <summary>Bytes on the device.</summary>
    public long ByteCount =>
        Embedding.ByteCount + FinalNorm.ByteCount + Head.ByteCount + Layers.Sum(layer => layer.ByteCount);

    /// <summary>Bytes that a model would take at most, with what its products add up in, without reading a weight.</summary>
    public static long BytesOf(IModelWeights model, Numerics numerics)
    {
        var config = model.Config;
        var norms = (2L * config.LayerCount + 1) * config.HiddenSize * sizeof(float);
        return DeviceEmbedding.BytesOf(model.Tensor(LlamaTensors.Embedding)) + norms
            + (numerics == Numerics.W4A16 ? W4Workspace.ByteCount : 0)
            + DeviceLinear.BytesOf(numerics, model.Linear(LlamaTensors.HeadModule))
            + Enumerable.Range(0, config.LayerCount).Sum(layer => DeviceLayer.LinearBytesOf(model, layer, numerics));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Embedding.Dispose();
        FinalNorm.Dispose();
        Head.Dispose();
        W4Workspace?.Dispose();
        foreach (var layer in Layers)
        {
            layer.Dispose();
        }
    }
}
