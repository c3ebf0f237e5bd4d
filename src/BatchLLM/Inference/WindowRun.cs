using BatchLLM.Planning;
using BatchLLM.Tokens;

namespace BatchLLM.Inference;

/// <summary>One window's steps from first to last: plan, run, accept. Blocks its thread; used once.</summary>
/// <param name="runner">Computes the steps.</param>
/// <param name="tokenizer">Turns ids into text.</param>
/// <param name="stopTokens">Ids that end any completion.</param>
/// <param name="window">The rows.</param>
/// <param name="finish">Takes each row's result, once.</param>
/// <param name="progress">Told of every step on the computing thread; null if nobody looks.</param>
internal sealed class WindowRun(
    IModelRunner runner,
    ITokenizer tokenizer,
    IReadOnlySet<int> stopTokens,
    IReadOnlyList<InferenceRequest> window,
    Action<Generation> finish,
    IProgress<StepReport>? progress)
{
    private readonly RunnerLimits _limits = runner.Limits;
    private readonly Scheduler _scheduler = new(runner.Limits);
    private readonly FinishRules _rules = new(tokenizer, stopTokens, runner.Limits.VocabularySize);
    private readonly Step _step = new();
    private readonly int[] _nextTokens = new int[runner.Limits.StepSequenceBudget]; // [slices of the step used]
    private int _fed;

    /// <summary>Runs the window to its end. The tokens are looked at between steps; no step is broken off.</summary>
    /// <param name="cancelled">Ends the run with an exception.</param>
    /// <param name="left">Ends the run quietly: nobody waits for the rest.</param>
    public void Run(CancellationToken cancelled, CancellationToken left)
    {
        Feed();
        while (_scheduler.HasWork && !left.IsCancellationRequested)
        {
            cancelled.ThrowIfCancellationRequested();
            RunStep();
            Feed();
        }

        _scheduler.CheckIntegrity();
    }

    // A sequence has room for all its tokens from the start. Made no earlier than one step can admit it, the sequences
    // of a window of any length take the memory of two steps' worth.
    private void Feed()
    {
        while (_fed < window.Count && _scheduler.WaitingCount < _limits.StepSequenceBudget)
        {
            var request = window[_fed++];
            if (RequestCheck.Check(request, _limits) is { } error)
            {
                finish(Generation.Failed(request.Index, error));
            }
            else
            {
                _scheduler.Add(new Sequence(request, RequestCheck.MaxTokens(request, _limits)));
            }
        }
    }

    private void RunStep()
    {
        _scheduler.Plan(_step);
        var nextTokens = _nextTokens.AsSpan(0, _step.Slices.Count);
        nextTokens.Fill(-1);
        runner.Run(_step, nextTokens);
        Scheduler.Complete(_step);
        var generated = Accept(nextTokens);
        progress?.Report(new StepReport(PromptPositions(), generated, _scheduler.LiveCount, WaitingCount()));
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
                finish(result);
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

    private int WaitingCount() => _scheduler.WaitingCount + window.Count - _fed;
}
