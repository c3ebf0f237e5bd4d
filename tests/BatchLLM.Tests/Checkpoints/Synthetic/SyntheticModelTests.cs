using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Engine;
using BatchLLM.Engine.Reference;
using BatchLLM.Tests.Engine;
using Xunit;

namespace BatchLLM.Tests.Checkpoints.Synthetic;

public class SyntheticModelTests
{
    private const string Module = "model.layers.1.mlp.up_proj";

    private static readonly LlamaConfig Small = new()
    {
        Architecture = "LlamaForCausalLM",
        HiddenSize = 128,
        LayerCount = 2,
        HeadCount = 4,
        KvHeadCount = 2,
        HeadSize = 32,
        IntermediateSize = 192,
        VocabularySize = 300,
        ContextLength = 256,
        NormEpsilon = 1e-5,
        RopeTheta = 10_000,
    };

    public static TheoryData<string> Precisions => [.. SyntheticPrecisions.Names];

    public static TheoryData<string, string> Numerics
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var precision in SyntheticPrecisions.Names)
            {
                foreach (var numerics in Model(precision).Quantization.Supported)
                {
                    all.Add(precision, numerics.Name());
                }
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Weights_have_the_deviation_and_the_mean_that_models_are_initialized_with(string precision)
    {
        var weights = Floats(Model(precision).Linear(Module));
        var mean = weights.Average();
        var deviation = Math.Sqrt(weights.Average(w => (w - mean) * (w - mean)));
        Assert.InRange(mean, -0.0005, 0.0005);
        Assert.InRange(deviation, 0.0195, 0.0205);
        Assert.DoesNotContain(weights, float.IsNaN);
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void A_weight_is_the_same_wherever_reading_begins_and_another_in_another_layer_or_under_another_seed(string precision)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var model = Model(precision);
        var whole = Floats(model.Linear(Module));
        for (var i = 0; i < 50; i++)
        {
            var first = random.Next(Small.IntermediateSize);
            var part = new float[random.Next(1, Small.IntermediateSize - first + 1) * Small.HiddenSize];
            model.Linear(Module).ReadFloats(first, part);
            Assert.True(whole.AsSpan(first * Small.HiddenSize, part.Length).SequenceEqual(part), $"seed {seed}, row {first}");
        }

        Assert.NotEqual(whole, Floats(model.Linear("model.layers.0.mlp.up_proj")));
        Assert.NotEqual(whole, Floats(Model(precision, seed: 2).Linear(Module)));
    }

    [Fact]
    public void Elements_are_the_same_wherever_reading_begins()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var elements = new RandomElements<float>(RandomKey.Of(1, "some.tensor"), NormalTable.Values);
        var whole = new float[1_000];
        elements.Fill(0, whole);
        for (var i = 0; i < 200; i++)
        {
            var start = random.Next(whole.Length);
            var part = new float[random.Next(whole.Length - start)];
            elements.Fill(start, part);
            Assert.True(whole.AsSpan(start, part.Length).SequenceEqual(part), $"seed {seed}, {part.Length} from {start}");
        }
    }

    [Theory]
    [MemberData(nameof(Numerics))]
    public void The_engine_computes_it_as_the_reference_does(string precision, string numerics)
    {
        var model = Model(precision);
        var chosen = NumericsNames.Parse(numerics);
        using var runner = new CpuModelRunner(model, new CpuModelRunnerOptions(2, KvBytes: 1 << 20, Numerics: chosen));
        var driver = new StepDriver(runner);
        int[] prompt = [7, 250, 31, 99, 4];
        var sequence = driver.Add(prompt, maxTokens: 1);
        driver.Run((sequence, prompt.Length));
        var expected = new ReferenceModel(model, chosen).Logits(prompt)[^1];
        var actual = driver.Logits[sequence][0];
        Assert.All(actual, logit => Assert.True(float.IsFinite(logit)));
        Assert.True(Cosine(expected, actual) > 0.999, $"cosine {Cosine(expected, actual)}");
    }

    [Theory]
    [MemberData(nameof(Precisions))]
    public void Its_memory_is_known_before_it_is_made(string precision)
    {
        var model = Model(precision);
        using var runner = new CpuModelRunner(model, new CpuModelRunnerOptions(1, KvBytes: 1 << 20));
        Assert.Equal(runner.WeightBytes, MemoryEstimate.WeightBytes(model.Config, model.EmbeddingType, model.Linears));
    }

    [Fact]
    public void A_tied_head_is_the_embedding()
    {
        var model = new SyntheticModel(Small with { TiesEmbeddings = true }, SyntheticPrecision.Int8, 1);
        var embedding = new float[Small.VocabularySize * Small.HiddenSize];
        model.Tensor(LlamaTensors.Embedding).ReadFloats(0, embedding);
        Assert.Equal(embedding, Floats(model.Linear(LlamaTensors.HeadModule)));
        Assert.NotEqual(embedding, Floats(Model("int8").Linear(LlamaTensors.HeadModule)));
    }

    [Theory]
    [InlineData(SyntheticPrecision.Nvfp4)]
    [InlineData(SyntheticPrecision.Int4)]
    public void A_width_that_blocks_do_not_divide_is_refused_by_name(SyntheticPrecision precision)
    {
        var refusal = Assert.Throws<BatchLLMException>(() => new SyntheticModel(Small with { IntermediateSize = 200 }, precision, 1));
        Assert.Contains("model.layers.0.mlp.down_proj' has 200 inputs", refusal.Message, StringComparison.Ordinal);
    }

    private static SyntheticModel Model(string precision, ulong seed = 1) =>
        new(Small, SyntheticPrecisions.TryParse(precision, out var found) ? found.Value : throw new ArgumentException(precision), seed);

    private static float[] Floats(LinearWeight weight)
    {
        var floats = new float[weight.OutputCount * weight.InputCount];
        weight.ReadFloats(0, floats);
        return floats;
    }

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(y => (double)y * y));
}
