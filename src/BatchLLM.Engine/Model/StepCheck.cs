using System.Runtime.InteropServices;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Engine.Model;

/// <summary>Proves, before unchecked memory is touched, that a step stays within a runner's buffers and blocks.</summary>
internal static class StepCheck
{
    /// <summary>Checks that a step more may be begun.</summary>
    /// <exception cref="InvalidOperationException">It may not.</exception>
    public static void CheckBegin(int inFlight, RunnerLimits limits)
    {
        if (inFlight >= limits.StepsInFlight)
        {
            throw new InvalidOperationException($"{inFlight} steps are in flight, as many as may be: end one first.");
        }
    }

    /// <summary>What to throw where a step is ended and none was begun.</summary>
    public static InvalidOperationException NothingBegun() => new("No step is in flight: begin one first.");

    /// <summary>Checks that there is room for what a step gives.</summary>
    /// <exception cref="ArgumentException">There is another number of results than of slices.</exception>
    public static void CheckResults(Step step, int resultLength)
    {
        if (resultLength != step.Slices.Count)
        {
            throw new ArgumentException($"The step has {step.Slices.Count} slices and room for {resultLength} results.", nameof(resultLength));
        }
    }

    /// <summary>Checks the step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="limits">Of its runner.</param>
    /// <param name="awaited">Tokens that a slice may have beyond those that are known: 1 while a step is in flight.</param>
    /// <exception cref="ArgumentException">The step exceeds the limits or a sequence's block table.</exception>
    public static void Check(Step step, RunnerLimits limits, int awaited = 0)
    {
        if (step.Slices.Count > limits.StepSequenceBudget)
        {
            throw new ArgumentException(
                $"The step has {step.Slices.Count} slices; the limit is {limits.StepSequenceBudget}.", nameof(step));
        }

        var tokens = 0L;
        foreach (var slice in step.Slices)
        {
            CheckSlice(slice, limits, awaited);
            tokens += slice.Count;
        }

        if (tokens > limits.StepTokenBudget)
        {
            throw new ArgumentException($"The step has {tokens} positions; the limit is {limits.StepTokenBudget}.", nameof(step));
        }
    }

    private static void CheckSlice(StepSlice slice, RunnerLimits limits, int awaited)
    {
        var end = (long)slice.Start + slice.Count;
        if (slice.Start < 0 || slice.Count < 1 || end > slice.Sequence.KnownCount + awaited || end > limits.ContextLength)
        {
            throw new ArgumentException(
                $"A slice covers positions {slice.Start} to {end} of a sequence that knows {slice.Sequence.KnownCount}; " +
                $"the context ends at {limits.ContextLength}.");
        }

        var blocks = slice.Sequence.BlockTable;
        if ((long)blocks.Count * limits.KvBlockTokens < end)
        {
            throw new ArgumentException(
                $"A slice ends at position {end}; its sequence holds {blocks.Count} blocks of {limits.KvBlockTokens}.");
        }

        foreach (var block in blocks)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)block, (uint)limits.KvBlockCount, nameof(slice));
        }

        var known = Math.Min((int)end, slice.Sequence.KnownCount);
        foreach (var token in slice.Sequence.Tokens[Math.Min(slice.Start, known)..known])
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)token, (uint)limits.VocabularySize, nameof(slice));
        }

        CheckPrefix(slice, limits);
    }

    // Rows behind a shared prefix are attended through the blocks of any one of them.
    private static void CheckPrefix(StepSlice slice, RunnerLimits limits)
    {
        if (slice.Sequence.SharedPrefix is not { BlockTable: { Count: > 0 } blocks } prefix || slice.Start + slice.Count <= prefix.Length)
        {
            return;
        }

        var own = CollectionsMarshal.AsSpan(slice.Sequence.BlockTable);
        if ((long)blocks.Count * limits.KvBlockTokens != prefix.Length || !own.StartsWith(CollectionsMarshal.AsSpan(blocks)))
        {
            throw new ArgumentException(
                $"A slice ends at position {slice.Start + slice.Count}, behind a shared prefix of {prefix.Length} positions in " +
                $"{blocks.Count} blocks of {limits.KvBlockTokens}; expected its sequence's first blocks to be those of the prefix.");
        }
    }
}
