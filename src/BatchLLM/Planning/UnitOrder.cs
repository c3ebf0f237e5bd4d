using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>
/// In which order the units of a window start: those with many decode tokens per prompt token first, so that they run
/// beside the prompts of the others (BatchLLM: Zheng et al. 2024, arXiv 2412.03594), but none so late that it would run on
/// alone when all others have ended.
/// </summary>
/// <remarks>
/// The order is filled from its end, as the rule of Lawler (1973) does for due dates: a place may go to any unit whose
/// longest row still has as many steps from there, and goes to the one with the fewest decode tokens per prompt token.
/// Where none has, at the very end, the shortest goes last; among equals that with the most decode tokens, because in the
/// last steps, which nothing fills up, many rows cost no more than few. Longest first for all was rejected: it says
/// nothing where lengths are alike, and puts long prompts beside each other.
/// </remarks>
internal static class UnitOrder
{
    /// <summary>Orders units, and the rows in each by length, long ones first.</summary>
    /// <param name="units">Each with at least one row.</param>
    /// <param name="limits">The runner's sizes.</param>
    /// <param name="lengths">Foretells the rows' lengths.</param>
    public static List<PlanUnit> Of(IEnumerable<PlanUnit> units, RunnerLimits limits, OutputLengths lengths)
    {
        int Expect(InferenceRequest row) => lengths.Expect(row.PromptTokens.Length, RequestCheck.MaxTokens(row, limits));
        var weights = new List<UnitWeight>();
        foreach (var unit in units)
        {
            unit.SortDescending(Expect);
            weights.Add(UnitWeight.Of(unit, Expect));
        }

        return weights.Count == 0 ? [] : Arrange(weights, TokensPerStep(weights, limits));
    }

    // The whole budget, unless too few rows fit the cache at once to fill it.
    private static double TokensPerStep(List<UnitWeight> weights, RunnerLimits limits)
    {
        double rows = weights.Sum(weight => weight.Rows);
        double outputs = weights.Sum(weight => weight.OutputTokens);
        double work = weights.Sum(weight => weight.Work);
        var heldPerRow = (work - (outputs / 2)) / rows;
        var live = Math.Min(limits.StepSequenceBudget, Math.Max(1, Scheduler.Capacity(limits) / heldPerRow));
        return Math.Min(limits.StepTokenBudget, live * work / outputs);
    }

    private static List<PlanUnit> Arrange(List<UnitWeight> weights, double tokensPerStep)
    {
        var byLength = Enumerable.Range(0, weights.Count)
            .OrderBy(index => weights[index].Longest)
            .ThenByDescending(index => weights[index].DecodeRatio)
            .ThenByDescending(index => index)
            .ToArray();
        var inTime = new PriorityQueue<int, (double Ratio, int Place)>(); // lowest ratio first, then the last of the input
        var order = new PlanUnit[weights.Count];
        var (next, after) = (0, 0.0); // tokens computed after the place under consideration
        for (var place = order.Length - 1; place >= 0; place--)
        {
            while (next < byLength.Length && weights[byLength[next]].Longest * tokensPerStep <= after)
            {
                inTime.Enqueue(byLength[next], (weights[byLength[next]].DecodeRatio, -byLength[next]));
                next++;
            }

            var chosen = inTime.Count > 0 ? inTime.Dequeue() : byLength[next++];
            order[place] = weights[chosen].Unit;
            after += weights[chosen].Work;
        }

        return [.. order];
    }
}
