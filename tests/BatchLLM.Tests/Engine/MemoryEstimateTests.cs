using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine;
using Xunit;

namespace BatchLLM.Tests.Engine;

public class MemoryEstimateTests
{
    private const double Embedding8B = 128256.0 * 4096 * 2;

    private static readonly LlamaConfig Llama8B = new()
    {
        Architecture = "LlamaForCausalLM",
        HiddenSize = 4096,
        LayerCount = 32,
        HeadCount = 32,
        KvHeadCount = 8,
        HeadSize = 128,
        IntermediateSize = 14336,
        VocabularySize = 128256,
        ContextLength = 131072,
        NormEpsilon = 1e-5,
        RopeTheta = 500_000,
    };

    public static TheoryData<string> Models =>
        [.. TestData.ModelNames.Select(TestData.Model), .. CheckpointFixture.Names.Select(CheckpointFixture.Folder)];

    [Theory]
    [MemberData(nameof(Models))]
    public void The_estimate_is_what_a_runner_allocates(string path)
    {
        using var model = ModelDirectory.Open(path);
        using var runner = new CpuModelRunner(model, new CpuModelRunnerOptions(1, KvBytes: 16 << 20));
        var inspection = ModelInspection.Of(model.Path);
        Assert.Equal(
            runner.WeightBytes,
            MemoryEstimate.WeightBytes(inspection.Config!, inspection.EmbeddingType!.Value, inspection.Linears));
    }

    // 6.98 G weights of the layers in the format, and embedding and head in BF16, 1.05 GB each.
    [Theory]
    [InlineData(WeightFormat.Fp8, 0, 6.98, 6.99)]
    [InlineData(WeightFormat.Int8, 0, 6.98, 7.00)]
    [InlineData(WeightFormat.Nvfp4, 16, 3.92, 3.93)]
    [InlineData(WeightFormat.Int4, 128, 3.76, 3.77)]
    public void An_8B_model_stays_compressed_in_memory(WeightFormat format, int block, double leastGigabytes, double mostGigabytes)
    {
        var linears = LlamaTensors.ExpectedLinears(Llama8B).Select(e =>
        {
            var (outputs, inputs) = ((int)e.Shape[0], (int)e.Shape[1]);
            return e.Name == LlamaTensors.HeadModule
                ? new LinearSummary(e.Name, WeightFormat.Float, TensorType.BF16, outputs, inputs, inputs, false)
                : new LinearSummary(e.Name, format, TensorType.U8, outputs, inputs, block == 0 ? inputs : block, false);
        });
        var layers = MemoryEstimate.WeightBytes(Llama8B, TensorType.BF16, linears) - 2 * Embedding8B;
        Assert.InRange(layers / 1e9, leastGigabytes, mostGigabytes);
    }

    [Fact]
    public void An_FP8_cache_takes_a_quarter_of_a_float32_one()
    {
        Assert.Equal(65_536 * 4, MemoryEstimate.KvBytesPerToken(Llama8B, KvPrecision.Full));
        Assert.Equal(65_536, MemoryEstimate.KvBytesPerToken(Llama8B, KvPrecision.Fp8));
    }
}
