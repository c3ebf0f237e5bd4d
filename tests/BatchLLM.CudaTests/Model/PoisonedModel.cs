using System.Runtime.InteropServices;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.CudaTests.Model;

/// <summary>A model in whose embedding one token is no number.</summary>
internal sealed class PoisonedModel(IModelWeights model, int token) : IModelWeights
{
    public LlamaConfig Config => model.Config;

    public QuantizationScheme Quantization => model.Quantization;

    public StoredRope? StoredRope => model.StoredRope;

    public Tensor Tensor(string name) => name == LlamaTensors.Embedding ? Poisoned() : model.Tensor(name);

    public LinearWeight Linear(string module) => model.Linear(module);

    public KvScales KvScales(int layer) => model.KvScales(layer);

    private Tensor Poisoned()
    {
        var embedding = model.Tensor(LlamaTensors.Embedding);
        var values = new float[embedding.ElementCount];
        embedding.ReadFloats(0, values);
        values.AsSpan(token * Config.HiddenSize, Config.HiddenSize).Fill(float.NaN);
        var entry = new TensorEntry(embedding.Name, TensorType.F32, [.. embedding.Shape], 0, (long)values.Length * sizeof(float));
        return new Tensor(new Floats(values), entry);
    }

    private sealed class Floats(float[] values) : ITensorBytes
    {
        public string FileName => "memory";

        public void Read<T>(long offset, Span<T> destination)
            where T : struct
        {
            var bytes = MemoryMarshal.AsBytes(values.AsSpan())[(int)offset..];
            MemoryMarshal.Cast<byte, T>(bytes)[..destination.Length].CopyTo(destination);
        }
    }
}
