using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>What the rows of a unit that have not started will cost.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="PromptTokens">Prompt positions to be computed: the prefix once, then each row's own.</param>
/// <param name="OutputTokens">Tokens that they are expected to generate together.</param>
/// <param name="Longest">Tokens that one of them is expected to generate at most.</param>
internal readonly record struct UnitWeight(PlanUnit Unit, int Rows, long PromptTokens, long OutputTokens, int Longest)
{
    /// <summary>Positions to be computed.</summary>
    public long Work => PromptTokens + OutputTokens;

    /// <summary>Decode positions per prompt position.</summary>
    public double DecodeRatio => (double)OutputTokens / PromptTokens;

    /// <summary>Weighs a unit of at least one row.</summary>
    public static UnitWeight Of(PlanUnit unit, Func<InferenceRequest, int> expect)
    {
        var shared = unit.Prefix?.Length ?? 0;
        var (prompt, output, longest) = ((long)shared, 0L, 0);
        foreach (var row in unit.Rows)
        {
            var expected = expect(row);
            prompt += row.PromptTokens.Length - shared;
            output += expected;
            longest = Math.Max(longest, expected);
        }

        return new UnitWeight(unit, unit.Rows.Length, prompt, output, longest);
    }
}
