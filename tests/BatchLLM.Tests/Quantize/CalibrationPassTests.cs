using System.Runtime.InteropServices;
using BatchLLM.Checkpoints;
using BatchLLM.Engine.Calibration;
using BatchLLM.Engine.Reference;
using BatchLLM.Tests.Engine;
using Xunit;

namespace BatchLLM.Tests.Quantize;

/// <summary>The calibration's own forward pass, held against the reference.</summary>
public sealed class CalibrationPassTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("batchllm-calibration-").FullName;

    public static TheoryData<string> Models => [.. TestData.ModelNames];

    [Theory]
    [MemberData(nameof(Models))]
    public void Its_hidden_states_give_the_references_logits(string name)
    {
        using var model = ModelDirectory.Open(TestData.Model(name));
        int[][] prompts = [[1, 2, 3, 4, 5, 6, 7], [9], [8, 3, 8, 3]];
        var pass = new CalibrationPass(model, prompts, _scratch);
        for (var layer = 0; layer < model.Config.LayerCount; layer++)
        {
            pass.Run(layer, _ => { }, CancellationToken.None);
        }

        var hidden = MemoryMarshal.Cast<byte, float>(
            File.ReadAllBytes(Path.Combine(_scratch, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"hidden-{model.Config.LayerCount}.bin")))).ToArray();
        var reference = new ReferenceModel(model, kv: KvPrecision.Full);
        var token = 0;
        foreach (var prompt in prompts)
        {
            foreach (var expected in reference.Logits(prompt))
            {
                var logits = Logits(model, hidden.AsSpan(token++ * model.Config.HiddenSize, model.Config.HiddenSize));
                var bound = 1e-4f * MathF.Max(1, expected.Max(MathF.Abs));
                Assert.All(expected.Zip(logits), pair => Assert.InRange(pair.Second - pair.First, -bound, bound));
            }
        }
    }

    [Fact]
    public void Statistics_of_the_first_input_are_those_of_the_normalized_embeddings()
    {
        using var model = ModelDirectory.Open(TestData.Model("tied-bf16"));
        int[] prompt = [4, 2, 6];

        var statistics = new CalibrationPass(model, [prompt], _scratch).Run(0, _ => { }, CancellationToken.None);

        var rows = prompt.Select(token => Normalize(
            model, LlamaTensors.Layer(0, "input_layernorm"), Row(model.Tensor(LlamaTensors.Embedding), token))).ToList();
        var seen = statistics.Attention;
        Assert.Equal(rows.Max(row => row.Max(MathF.Abs)), seen.Magnitude, 1e-5f);
        Assert.Equal(rows.Average(row => MathF.Abs(row[3])), seen.MeanMagnitudes[3], 1e-5f);
        Assert.Equal(3 * model.Config.HiddenSize, seen.Samples.Length);
        Assert.Equal(rows[2][1], seen.Samples[2 * model.Config.HiddenSize + 1], 1e-5f);
        Assert.Same(statistics.Attention, statistics.InputOf("self_attn.v_proj"));
        Assert.Equal(model.Config.IntermediateSize, statistics.InputOf("mlp.down_proj").MeanMagnitudes.Length);
    }

    [Fact]
    public void The_digest_tells_where_a_prompt_ends()
    {
        using var model = ModelDirectory.Open(TestData.Model("tied-bf16"));

        Assert.NotEqual(
            new CalibrationPass(model, [[1, 2], [3]], _scratch).Digest, new CalibrationPass(model, [[1], [2, 3]], _scratch).Digest);
    }

    [Fact]
    public void Products_of_any_shape_are_right()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (rows, inputs, outputs) = (random.Next(1, 11), random.Next(1, 40), random.Next(1, 20));
        var x = Enumerable.Range(0, rows * inputs).Select(_ => (float)random.Next(-9, 9)).ToArray();
        var w = Enumerable.Range(0, outputs * inputs).Select(_ => (float)random.Next(-9, 9)).ToArray();
        var y = new float[rows * outputs];

        RowProducts.Multiply(x, w, y, rows, inputs);

        for (var i = 0; i < y.Length; i++)
        {
            var (row, output) = (i / outputs, i % outputs);
            Assert.Equal(Enumerable.Range(0, inputs).Sum(k => x[row * inputs + k] * w[output * inputs + k]), y[i]);
        }
    }

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    private static float[] Logits(ModelDirectory model, ReadOnlySpan<float> hidden)
    {
        var x = Normalize(model, LlamaTensors.FinalNorm, hidden.ToArray());
        var head = model.Tensor(model.Config.TiesEmbeddings ? LlamaTensors.Embedding : LlamaTensors.Head);
        return [.. Enumerable.Range(0, model.Config.VocabularySize).Select(row => Row(head, row).Zip(x, (a, b) => a * b).Sum())];
    }

    private static float[] Normalize(ModelDirectory model, string norm, float[] row)
    {
        var weight = Row(model.Tensor(norm), 0);
        var scale = 1 / MathF.Sqrt(row.Sum(v => v * v) / row.Length + (float)model.Config.NormEpsilon);
        return [.. row.Select((v, i) => v * scale * weight[i])];
    }

    private static float[] Row(Tensor tensor, int row)
    {
        var values = new float[tensor.Shape[^1]];
        tensor.ReadFloats((long)row * values.Length, values);
        return values;
    }
}
