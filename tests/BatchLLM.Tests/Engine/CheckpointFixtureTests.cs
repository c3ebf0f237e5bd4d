using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Reference;
using Xunit;

namespace BatchLLM.Tests.Engine;

/// <summary>Every checkpoint layout, numerics and KV precision against a float64 forward pass that shares no code.</summary>
public sealed class CheckpointFixtureTests
{
    // Of the largest logit. The expected logits are float64 between roundings, ours float32: over sums of at most 256 products
    // and 2 layers the fixture's maker measured 1.4e-6 for another float32 order, and longer chains of one order add a few
    // times that. Rounded activations would be a jump of 1e-3 and more if a sum put a value on the other side of a tie; the
    // prompts are chosen so that no value comes nearer to one than 2e-6 of its row's root mean square. A wrong scale, code,
    // position or head, or an activation left unrounded, moves logits by 1e-2 of the largest and more.
    private const float Tolerance = 2e-5f;

    public static TheoryData<string> Names => [.. CheckpointFixture.Names];

    public static TheoryData<string, string, string> Combinations
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var name in CheckpointFixture.Names)
            {
                foreach (var (numerics, kv) in CheckpointFixture.Expected(name).Cases.Select(c => (c.Numerics, c.Kv)).Distinct())
                {
                    data.Add(name, numerics, kv);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_checkpoint_opens_and_offers_the_expected_numerics(string name)
    {
        Assert.Empty(ModelInspection.Of(CheckpointFixture.Folder(name)).Problems);
        using var model = ModelDirectory.Open(CheckpointFixture.Folder(name));
        var cases = CheckpointFixture.Expected(name).Cases;
        Assert.Equal(cases[0].ParsedNumerics, model.Quantization.Default);
        Assert.Equal(cases.Select(c => c.ParsedNumerics).Distinct(), model.Quantization.Supported);
        Assert.Equal(cases[0].ParsedKv, model.Quantization.Kv);
        Assert.Equal([254, 255], model.StopTokenIds);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Dequantized_weights_agree_to_the_bit(string name)
    {
        using var model = ModelDirectory.Open(CheckpointFixture.Folder(name));
        foreach (var expected in CheckpointFixture.Expected(name).Weights)
        {
            var linear = model.Linear(expected.Module);
            var row = new float[linear.InputCount];
            linear.ReadFloats(expected.Row, row);
            Assert.Equal(expected.Values, row.Select(BitConverter.SingleToUInt32Bits));
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Reference_model_agrees_in_logits_and_greedy_tokens(string name, string numerics, string kv)
    {
        using var model = ModelDirectory.Open(CheckpointFixture.Folder(name));
        foreach (var expected in Cases(name, numerics, kv))
        {
            var reference = new ReferenceModel(model, expected.ParsedNumerics, expected.ParsedKv);
            var logits = reference.Logits([.. expected.Prompt, .. expected.Greedy]);
            AssertClose(expected.Logits, logits[expected.Prompt.Length - 1]);
            for (var i = 0; i < expected.Greedy.Length; i++)
            {
                var row = logits[expected.Prompt.Length - 1 + i];
                Assert.Equal(expected.Greedy[i], Array.IndexOf(row, row.Max()));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Runner_agrees_in_logits_and_greedy_tokens(string name, string numerics, string kv)
    {
        using var model = ModelDirectory.Open(CheckpointFixture.Folder(name));
        var cases = Cases(name, numerics, kv);
        foreach (var width in new[] { PanelKernel.NarrowWidth, PanelKernel.WideWidth })
        {
            var options = new CpuModelRunnerOptions(
                2, StepTokens: 64, KvBytes: 8 << 20, Numerics: cases[0].ParsedNumerics, Kv: cases[0].ParsedKv,
                Instructions: TestData.FloatInstructions);
            using var runner = new CpuModelRunner(model, options, width);
            var driver = new StepDriver(runner);
            var sequences = cases.Select(c => driver.Add(c.Prompt, c.Greedy.Length)).ToList();
            driver.RunAll(sequences, () => 64);
            for (var i = 0; i < cases.Count; i++)
            {
                Assert.Equal(cases[i].Greedy, sequences[i].Generated.ToArray());
                AssertClose(cases[i].Logits, driver.Logits[sequences[i]][0]);
            }
        }
    }

    private static List<CheckpointFixture.Case> Cases(string name, string numerics, string kv) =>
        [.. CheckpointFixture.Expected(name).Cases.Where(c => c.Numerics == numerics && c.Kv == kv)];

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = expected.Max(MathF.Abs);
        var error = expected.Zip(actual, (e, a) => MathF.Abs(e - a)).Max();
        Assert.True(error <= Tolerance * largest, $"largest error {error} of {largest}, allowed {Tolerance * largest}");
    }
}
