using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.CudaTests.Kernels;

namespace BatchLLM.CudaTests.Model;

/// <summary>An INT4 model whose layers that no norm stands before have factors on their inputs, as AWQ leaves them.</summary>
internal sealed class FactoredModel(IModelWeights model) : IModelWeights
{
    private static readonly string[] Factored = ["self_attn.o_proj", "mlp.down_proj"];

    public LlamaConfig Config => model.Config;

    public QuantizationScheme Quantization => model.Quantization;

    public StoredRope? StoredRope => model.StoredRope;

    public Tensor Tensor(string name) => model.Tensor(name);

    public KvScales KvScales(int layer) => model.KvScales(layer);

    public LinearWeight Linear(string module)
    {
        var linear = model.Linear(module);
        if (!Array.Exists(Factored, name => module.EndsWith(name, StringComparison.Ordinal)))
        {
            return linear;
        }

        var random = new Random(linear.InputCount);
        float[] factors = [.. Enumerable.Range(0, linear.InputCount).Select(_ => MathF.Pow(2, (float)random.NextDouble() * 4 - 2))];
        return W4Layer.Random(random, WeightFormat.Int4, linear.OutputCount, linear.InputCount, linear.BlockSize, factors, module);
    }
}
