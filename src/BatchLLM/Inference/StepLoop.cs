using BatchLLM.Planning;
using BatchLLM.Tokens;

namespace BatchLLM.Inference;

/// <summary>
/// The steps of the windows at hand: plan, run, accept. Windows are fed in order, each when those before it have no row left
/// to start, so that the tail of one is filled with the next. Not thread-safe.
/// </summary>
/// <param name="runner">Computes the steps.</param>
/// <param name="tokenizer">Turns ids into text.</param>
/// <param name="stopTokens">Ids that end any completion.</param>
/// <param name="lengths">Foretells lengths and learns them; null to start rows in the order of their window.</param>
/// <param name="progress">Told of every step on the computing thread; null if nobody looks.</param>
internal sealed class StepLoop(
    IModelRunner runner,
    ITokenizer tokenizer,
    IReadOnlySet<int> stopTokens,
    OutputLengths? lengths,
    IProgress<StepReport>? progress)
{
    private readonly List<WindowRun> _runs = []; // oldest first
    private readonly Dictionary<Sequence, WindowRun> _runOf = []; // of each sequence that the scheduler has
    private readonly Scheduler _scheduler = new(runner.Limits);
    private readonly FinishRules _rules = new(tokenizer, stopTokens, runner.Limits.VocabularySize);
    private readonly Step _step = new();
    private readonly int[] _nextTokens = new int[runner.Limits.StepSequenceBudget]; // [slices of the step used]

    /// <summary>True while a window has not ended.</summary>
    public bool HasWork => _runs.Count > 0;

    /// <summary>Takes a window; it is planned when its turn comes.</summary>
    public void Add(WindowRun run) => _runs.Add(run);

    /// <summary>Goes on by one step, if a row is left that needs one, and ends windows that are over.</summary>
    public void Advance()
    {
        for (var index = _runs.Count - 1; index >= 0; index--)
        {
            GiveUpIfUnwanted(_runs[index]);
        }

        Feed();
        if (_scheduler.HasWork)
        {
            RunStep();
        }

        for (var index = _runs.Count - 1; index >= 0; index--)
        {
            EndIfOver(_runs[index]);
        }
    }

    /// <summary>Ends all windows with what went wrong. The loop must not be used again.</summary>
    public void Fail(Exception exception)
    {
        _runs.ForEach(run => run.Fail(exception));
        _runs.Clear();
    }

    // A sequence has room for all its tokens from the start. Made no earlier than one step can admit it, the sequences
    // of windows of any length take the memory of two steps' worth.
    private void Feed()
    {
        for (var index = 0; index < _runs.Count && _scheduler.WantsMore; index++)
        {
            _runs[index].PlanOnce(lengths, index > 0 ? _runs[index - 1] : null);
            Feed(_runs[index]);
        }
    }

    private void Feed(WindowRun run)
    {
        while (_scheduler.WantsMore && run.Next() is { } sequence)
        {
            _runOf.Add(sequence, run);
            _scheduler.Add(sequence);
        }
    }

    private void RunStep()
    {
        _scheduler.Plan(_step);
        var nextTokens = _nextTokens.AsSpan(0, _step.Slices.Count);
        nextTokens.Fill(IModelRunner.NoToken);
        runner.Run(_step, nextTokens);
        Scheduler.Complete(_step);
        var generated = Accept(nextTokens);
        var (live, unfinished) = (_scheduler.LiveCount, 0);
        foreach (var run in _runs)
        {
            run.Learner?.LearnIfDue(_step);
            unfinished += run.Unfinished;
        }

        progress?.Report(new StepReport(PromptPositions(), generated, live, unfinished - live));
    }

    private int Accept(ReadOnlySpan<int> nextTokens)
    {
        var generated = 0;
        for (var index = 0; index < nextTokens.Length; index++)
        {
            var sequence = _step.Slices[index].Sequence;
            if (sequence.PendingCount > 0)
            {
                continue;
            }

            generated++;
            if (_rules.Accept(sequence, nextTokens[index]) is { } result)
            {
                _scheduler.End(sequence);
                _runOf.Remove(sequence, out var run);
                run!.Finish(sequence, result);
            }
            else
            {
                _runOf[sequence].Learner?.Renew(sequence);
            }
        }

        return generated;
    }

    private int PromptPositions()
    {
        var count = 0;
        foreach (var slice in _step.Slices)
        {
            count += Math.Clamp(slice.Sequence.PromptCount - slice.Start, 0, slice.Count);
        }

        return count;
    }

    private void EndIfOver(WindowRun run)
    {
        if (run.Unfinished > 0)
        {
            return;
        }

        _scheduler.CheckIntegrity();
        run.Learner?.Keep();
        _runs.Remove(run);
        run.Complete();
    }

    private void GiveUpIfUnwanted(WindowRun run)
    {
        if (!run.IsGivenUp)
        {
            return;
        }

        var sequences = _runOf.Where(pair => pair.Value == run).Select(pair => pair.Key).ToHashSet();
        _scheduler.Abandon(sequences);
        foreach (var sequence in sequences)
        {
            _runOf.Remove(sequence);
            _rules.Forget(sequence);
        }

        _scheduler.CheckIntegrity();
        _runs.Remove(run);
        run.Complete();
    }
}
