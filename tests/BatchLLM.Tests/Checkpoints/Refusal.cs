using BatchLLM.Checkpoints;

namespace BatchLLM.Tests.Checkpoints;

/// <summary>Asserts that a damaged model is refused by inspecting and by opening, in words that name the fault.</summary>
internal static class Refusal
{
    /// <param name="copy">The damaged model.</param>
    /// <param name="fragments">What one sentence must hold, all of them: the tensor or file, and the value.</param>
    public static void Assert(ModelCopy copy, params string[] fragments)
    {
        var problems = ModelInspection.Of(copy.Folder).Problems;
        Xunit.Assert.True(
            problems.Any(p => fragments.All(f => p.Contains(f, StringComparison.Ordinal))),
            $"expected a problem with '{string.Join("' and '", fragments)}'; found: {string.Join(" | ", problems)}");
        Xunit.Assert.Throws<BatchLLMException>(() => ModelDirectory.Open(copy.Folder));
    }
}
