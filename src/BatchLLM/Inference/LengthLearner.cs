using BatchLLM.Planning;

namespace BatchLLM.Inference;

/// <summary>Learns from a window's completions how long completions get, while it runs, for the rest of it.</summary>
/// <remarks>
/// The rest waits for three quarters of the sample, not for its longest row, and is ordered again each time twice as many
/// rows have ended. Rows that still run count as cut where they are: those that end first are the short ones. What is kept
/// for the next window is only what whole windows tell.
/// </remarks>
/// <param name="lengths">Takes up the window's completions once it is over.</param>
/// <param name="known">What is known before the window; may be the same.</param>
/// <param name="plan">The window's plan.</param>
internal sealed class LengthLearner(OutputLengths lengths, OutputLengths known, WindowPlan plan)
{
    private readonly HashSet<Sequence> _running = []; // started and not ended
    private readonly HashSet<Sequence> _sample = []; // those of them that are of the sample
    private readonly List<(int Prompt, int Limit, int Tokens, bool IsCut)> _ended = [];
    private OutputLengths? _learnt;
    private int _started;
    private int _due; // rows that have to end before the next order; 0 until the sample has ended

    /// <summary>Takes note of a sequence that the plan handed out.</summary>
    public void Start(Sequence sequence)
    {
        _running.Add(sequence);
        if (_started++ < plan.SampleCount)
        {
            _sample.Add(sequence);
        }
    }

    /// <summary>Takes note of a completion.</summary>
    public void End(Sequence sequence, Generation result)
    {
        _running.Remove(sequence);
        _sample.Remove(sequence);
        if (result.Error is null)
        {
            var isCut = result.FinishReason == FinishReason.Length;
            _ended.Add((sequence.PromptCount, sequence.MaxTokens, result.CompletionTokens, isCut));
        }
    }

    /// <summary>Expects more of a sequence that got as long as was expected.</summary>
    public void Renew(Sequence sequence)
    {
        if (sequence.Generated.Length >= sequence.ExpectedTokens)
        {
            Expect(sequence);
        }
    }

    /// <summary>Orders the rest of the window by what is known now, if that is much more than before.</summary>
    /// <param name="step">The step that was computed last.</param>
    public void LearnIfDue(Step step)
    {
        var isSampleOver = _started >= plan.SampleCount && 4 * _sample.Count <= plan.SampleCount;
        if (plan.SampleCount == 0 || !isSampleOver || _ended.Count < _due)
        {
            return;
        }

        _due = 2 * Math.Max(1, _ended.Count);
        _learnt = Learn();
        plan.Reorder(_learnt);
        foreach (var slice in step.Slices)
        {
            if (_running.Contains(slice.Sequence))
            {
                Expect(slice.Sequence);
            }
        }
    }

    /// <summary>Keeps what the window's completions tell; to be called when all have ended.</summary>
    public void Keep() => AddEnded(lengths);

    /// <summary>What the window tells by now: the rows that run count as cut where they are.</summary>
    public OutputLengths Learn()
    {
        var learnt = new OutputLengths();
        AddEnded(learnt);
        foreach (var sequence in _running.Where(sequence => sequence.Generated.Length > 0))
        {
            learnt.Add(sequence.PromptCount, sequence.MaxTokens, sequence.Generated.Length, isCut: true);
        }

        return learnt;
    }

    private void AddEnded(OutputLengths to) => _ended.ForEach(row => to.Add(row.Prompt, row.Limit, row.Tokens, row.IsCut));

    private void Expect(Sequence sequence) => sequence.ExpectedTokens = (_learnt ?? known).Expect(
        sequence.PromptCount, sequence.MaxTokens, sequence.Generated.Length);
}
