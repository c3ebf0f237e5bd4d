using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Engine.Assembly;
using Xunit;

namespace BatchLLM.Tests.Engine.Linear;

public class ForcedInstructionTests
{
    [Theory]
    [InlineData("tied-bf16")]
    [InlineData("llama3-rope-f16")]
    [InlineData("mha-f32")]
    public void A_model_computes_the_same_bits_with_every_float_instruction_set(string name)
    {
        using var model = ModelDirectory.Open(TestData.Model(name));
        var prompt = Enumerable.Range(0, 40).Select(i => 5 + 7 * i % 200).ToArray();
        var expected = Logits(model, prompt, InstructionSet.Portable);
        foreach (var set in new[] { InstructionSet.Avx2, InstructionSet.Avx512 }.Where(s => InstructionSets.Found.Includes(s)))
        {
            var actual = Logits(model, prompt, set);
            Assert.Equal(expected.Count, actual.Count);
            for (var i = 0; i < expected.Count; i++)
            {
                Assert.True(expected[i].AsSpan().SequenceEqual(actual[i]), $"{set}: logits of token {i} differ");
            }
        }
    }

    [Fact]
    public void A_runner_refuses_instructions_that_the_machine_lacks()
    {
        Assert.SkipWhen(InstructionSets.Found.Includes(InstructionSet.Amx), "this machine has all of them");
        using var model = ModelDirectory.Open(TestData.Model("mha-f32"));
        var options = new CpuModelRunnerOptions(1, KvBytes: 8 << 20, Instructions: InstructionSet.Amx);
        var refusal = Assert.Throws<BatchLLMException>(() => new CpuModelRunner(model, options).Dispose());
        Assert.Contains("Instructions 'amx'", refusal.Message, StringComparison.Ordinal);
    }

    private static List<float[]> Logits(ModelDirectory model, int[] prompt, InstructionSet set)
    {
        using var runner = new CpuModelRunner(model, new CpuModelRunnerOptions(2, KvBytes: 8 << 20, Instructions: set));
        var driver = new StepDriver(runner);
        var sequence = driver.Add(prompt, 6);
        driver.RunAll([sequence], () => 25);
        return driver.Logits[sequence];
    }
}
