using BatchLLM.Planning;
using BatchLLM.Tokens;

namespace BatchLLM.Inference;

/// <summary>One window's steps from first to last: plan, run, accept. Blocks its thread; used once.</summary>
/// <param name="runner">Computes the steps.</param>
/// <param name="tokenizer">Turns ids into text.</param>
/// <param name="stopTokens">Ids that end any completion.</param>
/// <param name="lengths">Foretells lengths and learns them; null to start rows in the order of the window.</param>
/// <param name="finish">Takes each row's result, once.</param>
/// <param name="progress">Told of every step on the computing thread; null if nobody looks.</param>
internal sealed class WindowRun(
    IModelRunner runner,
    ITokenizer tokenizer,
    IReadOnlySet<int> stopTokens,
    OutputLengths? lengths,
    Action<Generation> finish,
    IProgress<StepReport>? progress)
{
    private readonly RunnerLimits _limits = runner.Limits;
    private readonly Scheduler _scheduler = new(runner.Limits);
    private readonly FinishRules _rules = new(tokenizer, stopTokens, runner.Limits.VocabularySize);
    private readonly Step _step = new();
    private readonly int[] _nextTokens = new int[runner.Limits.StepSequenceBudget]; // [slices of the step used]
    private int _unfinished;

    /// <summary>Runs the window to its end. The tokens are looked at between steps; no step is broken off.</summary>
    /// <param name="window">The rows.</param>
    /// <param name="cancelled">Ends the run with an exception.</param>
    /// <param name="left">Ends the run quietly: nobody waits for the rest.</param>
    public void Run(IReadOnlyList<InferenceRequest> window, CancellationToken cancelled, CancellationToken left)
    {
        _unfinished = window.Count;
        var plan = WindowPlan.Of(Servable(window), _limits, lengths);
        var learner = lengths is null ? null : new LengthLearner(lengths, plan);
        Feed(plan, learner);
        while (_scheduler.HasWork && !left.IsCancellationRequested)
        {
            cancelled.ThrowIfCancellationRequested();
            RunStep(plan, learner);
            Feed(plan, learner);
        }

        _scheduler.CheckIntegrity();
        if (_unfinished == 0)
        {
            learner?.Keep();
        }
    }

    // The others are finished at once.
    private List<InferenceRequest> Servable(IReadOnlyList<InferenceRequest> window)
    {
        var servable = new List<InferenceRequest>(window.Count);
        foreach (var request in window)
        {
            if (RequestCheck.Check(request, _limits) is { } error)
            {
                Finish(Generation.Failed(request.Index, error));
            }
            else
            {
                servable.Add(request);
            }
        }

        return servable;
    }

    // A sequence has room for all its tokens from the start. Made no earlier than one step can admit it, the sequences
    // of a window of any length take the memory of two steps' worth.
    private void Feed(WindowPlan plan, LengthLearner? learner)
    {
        while (_scheduler.WantsMore && plan.Next() is { } sequence)
        {
            learner?.Start(sequence);
            _scheduler.Add(sequence);
        }
    }

    private void RunStep(WindowPlan plan, LengthLearner? learner)
    {
        _scheduler.Plan(_step);
        var nextTokens = _nextTokens.AsSpan(0, _step.Slices.Count);
        nextTokens.Fill(-1);
        runner.Run(_step, nextTokens);
        Scheduler.Complete(_step);
        var generated = Accept(nextTokens, plan, learner);
        learner?.LearnIfDue(_step);
        var live = _scheduler.LiveCount;
        progress?.Report(new StepReport(PromptPositions(), generated, live, _unfinished - live));
    }

    private int Accept(ReadOnlySpan<int> nextTokens, WindowPlan plan, LengthLearner? learner)
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
                learner?.End(sequence, result);
                FinishAll(result with { SharedPromptTokens = sequence.SharedPromptTokens }, plan);
            }
            else
            {
                learner?.Renew(sequence);
            }
        }

        return generated;
    }

    private void FinishAll(Generation result, WindowPlan plan)
    {
        Finish(result);
        foreach (var copy in plan.CopiesOf(result.Index))
        {
            Finish(result with { Index = copy.Index, SharedPromptTokens = copy.PromptTokens.Length, IsCopy = true });
        }
    }

    private void Finish(Generation result)
    {
        _unfinished--;
        finish(result);
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
}
