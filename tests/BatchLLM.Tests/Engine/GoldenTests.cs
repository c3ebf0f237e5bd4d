using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Reference;
using Xunit;

namespace BatchLLM.Tests.Engine;

public sealed class GoldenTests
{
    // Both sides sum in float32 in different orders. Rounding is 6e-8 a step; over sums of up to 176 products, 3 layers
    // and logits of magnitude 10, observed differences stay below 1e-5 of the largest logit. A wrong weight, position or
    // head changes logits by whole units.
    private const float Tolerance = 5e-5f;

    public static TheoryData<string> Models => [.. TestData.ModelNames];

    public static TheoryData<string, int> ModelsAndPanelWidths
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in TestData.ModelNames)
            {
                data.Add(name, PanelKernel.NarrowWidth);
                data.Add(name, PanelKernel.WideWidth);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Reference_model_agrees_with_pytorch(string name)
    {
        using var model = ModelDirectory.Open(TestData.Model(name));
        var reference = new ReferenceModel(model, kv: KvPrecision.Full);
        foreach (var golden in GoldenCase.Load(name))
        {
            AssertClose(golden.Logits, reference.Logits(golden.Prompt)[^1]);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Reference_model_chooses_the_same_greedy_tokens_as_pytorch(string name)
    {
        using var model = ModelDirectory.Open(TestData.Model(name));
        var reference = new ReferenceModel(model, kv: KvPrecision.Full);
        foreach (var golden in GoldenCase.Load(name))
        {
            int[] tokens = [.. golden.Prompt, .. golden.Greedy];
            var logits = reference.Logits(tokens);
            for (var i = 0; i < golden.Greedy.Length; i++)
            {
                var row = logits[golden.Prompt.Length - 1 + i];
                Assert.Equal(golden.Greedy[i], Array.IndexOf(row, row.Max()));
            }
        }
    }

    [Theory]
    [MemberData(nameof(ModelsAndPanelWidths))]
    public void Runner_agrees_with_pytorch_in_logits_and_greedy_tokens(string name, int panelWidth)
    {
        using var model = ModelDirectory.Open(TestData.Model(name));
        var options = new CpuModelRunnerOptions(
            2, StepTokens: 128, KvBytes: 32 << 20, Kv: KvPrecision.Full, Instructions: TestData.FloatInstructions);
        using var runner = new CpuModelRunner(model, options, panelWidth);
        var driver = new StepDriver(runner);
        foreach (var golden in GoldenCase.Load(name))
        {
            var sequence = driver.Add(golden.Prompt, golden.Greedy.Length);
            driver.RunAll([sequence], () => 128);
            Assert.Equal(golden.Greedy, sequence.Generated.ToArray());
            AssertClose(golden.Logits, driver.Logits[sequence][0]);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Runner_agrees_with_the_reference_at_every_generated_position(string name)
    {
        using var model = ModelDirectory.Open(TestData.Model(name));
        var reference = new ReferenceModel(model, kv: KvPrecision.Full);
        var options = new CpuModelRunnerOptions(
            1, KvBytes: 32 << 20, Kv: KvPrecision.Full, Instructions: TestData.FloatInstructions);
        using var runner = new CpuModelRunner(model, options);
        var driver = new StepDriver(runner);
        var golden = GoldenCase.Load(name)[2];
        var sequence = driver.Add(golden.Prompt, golden.Greedy.Length);
        driver.RunAll([sequence], () => 7);
        var expected = reference.Logits(sequence.Tokens);
        for (var i = 0; i < golden.Greedy.Length; i++)
        {
            AssertClose(expected[golden.Prompt.Length - 1 + i], driver.Logits[sequence][i]);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Stop_tokens_are_those_of_config_and_generation_config_together(string name)
    {
        using var model = ModelDirectory.Open(TestData.Model(name));
        Assert.Equal([2, 3], model.StopTokenIds);
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = expected.Max(MathF.Abs);
        var error = expected.Zip(actual, (e, a) => MathF.Abs(e - a)).Max();
        Assert.True(error <= Tolerance * largest, $"largest error {error} of {largest}, allowed {Tolerance * largest}");
    }
}
