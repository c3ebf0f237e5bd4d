using BatchLLM.Planning;
using BatchLLM.Tokens;

namespace BatchLLM.Inference;

/// <summary>
/// The steps of the windows at hand: plan, run, accept. Windows are fed in order, each when those before it have no row left
/// to start, so that the tail of one is filled with the next. Not thread-safe.
/// </summary>
/// <remarks>
/// Where a runner takes two steps, the next one is planned, and its arrays are filled, while the first is computed. What ends by
/// a stop token or a stop string is known a step late: the position that it then has too many is computed, and forgotten.
/// </remarks>
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
    private readonly Queue<Step> _idle = new(Enumerable.Range(0, runner.Limits.StepsInFlight).Select(_ => new Step()));
    private readonly Queue<Step> _inFlight = new();
    private readonly int[] _nextTokens = new int[runner.Limits.StepSequenceBudget]; // [slices of the step used]

    /// <summary>True while a window has not ended, or a step is in flight.</summary>
    public bool HasWork => _runs.Count > 0 || _inFlight.Count > 0;

    /// <summary>Takes a window; it is planned when its turn comes.</summary>
    public void Add(WindowRun run) => _runs.Add(run);

    /// <summary>Begins a step, if a row is left that needs one, ends the one that must be waited for, and windows that are over.</summary>
    public void Advance()
    {
        for (var index = _runs.Count - 1; index >= 0; index--)
        {
            GiveUpIfUnwanted(_runs[index]);
        }

        _scheduler.EndFullyPlanned();
        Feed();
        var hasWork = _scheduler.HasWork;
        if (hasWork)
        {
            BeginStep();
        }

        if (_inFlight.Count > 0 && (_idle.Count == 0 || !hasWork))
        {
            EndStep();
        }

        for (var index = _runs.Count - 1; index >= 0; index--)
        {
            EndIfOver(_runs[index]);
        }
    }

    /// <summary>Ends all windows with what went wrong. The loop must not be used again.</summary>
    public void Fail(Exception exception)
    {
        runner.Abandon();
        _inFlight.Clear();
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

    private void BeginStep()
    {
        _scheduler.Plan(_idle.Peek());
        runner.Begin(_idle.Peek());
        _inFlight.Enqueue(_idle.Dequeue());
    }

    private void EndStep()
    {
        var step = _inFlight.Peek();
        var nextTokens = _nextTokens.AsSpan(0, step.Slices.Count);
        nextTokens.Fill(IModelRunner.NoToken);
        runner.End(nextTokens);
        _idle.Enqueue(_inFlight.Dequeue());
        var generated = Accept(step, nextTokens);
        var (live, unfinished) = (_runOf.Count - _scheduler.WaitingCount, 0);
        foreach (var run in _runs)
        {
            run.Learner?.LearnIfDue(step);
            unfinished += run.Unfinished;
        }

        progress?.Report(new StepReport(PromptPositions(step), generated, live, unfinished - live));
    }

    private int Accept(Step step, ReadOnlySpan<int> nextTokens)
    {
        var generated = 0;
        for (var index = 0; index < nextTokens.Length; index++)
        {
            var slice = step.Slices[index];
            if (slice.ChoosesNext && RunThatAwaits(slice.Sequence) is { } run)
            {
                generated++;
                Accept(slice.Sequence, nextTokens[index], run);
            }
        }

        return generated;
    }

    // None if the row has ended since the step was begun, was given up, or lost its blocks: it then chooses the token again.
    private WindowRun? RunThatAwaits(Sequence sequence) =>
        sequence.AwaitedCount > 0 ? _runOf.GetValueOrDefault(sequence) : null;

    private void Accept(Sequence sequence, int token, WindowRun run)
    {
        if (_rules.Accept(sequence, token) is not { } result)
        {
            run.Learner?.Renew(sequence);
            return;
        }

        if (sequence.IsLive)
        {
            _scheduler.End(sequence);
        }

        _runOf.Remove(sequence);
        run.Finish(sequence, result);
    }

    private static int PromptPositions(Step step)
    {
        var count = 0;
        foreach (var slice in step.Slices)
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
