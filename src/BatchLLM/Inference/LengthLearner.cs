using BatchLLM.Planning;

namespace BatchLLM.Inference;

/// <summary>Learns from a window's completions how long completions get: early, from its sample, for the rest of the window.</summary>
/// <remarks>
/// The rest waits for three quarters of the sample, not for its longest row; those that still run count as cut where they
/// are. Rows that are not in the sample are kept until the window's end, because those that end first are the short ones.
/// </remarks>
/// <param name="lengths">What is known before the window; takes up the window's completions once it is over.</param>
/// <param name="plan">The window's plan.</param>
internal sealed class LengthLearner(OutputLengths lengths, WindowPlan plan)
{
    private readonly HashSet<Sequence> _sample = []; // started and not ended
    private readonly OutputLengths _ofSample = new();
    private readonly List<(int Prompt, int Limit, int Tokens, bool IsCut)> _ended = []; // all rows
    private int _started; // of the sample
    private bool _hasLearnt = plan.SampleCount == 0;

    private OutputLengths Known => _hasLearnt && plan.SampleCount > 0 ? _ofSample : lengths;

    /// <summary>Takes note of a sequence that the plan handed out.</summary>
    public void Start(Sequence sequence)
    {
        if (_started < plan.SampleCount)
        {
            _started++;
            _sample.Add(sequence);
        }
    }

    /// <summary>Takes note of a completion.</summary>
    public void End(Sequence sequence, Generation result)
    {
        var isOfSample = _sample.Remove(sequence);
        if (result.Error is not null)
        {
            return;
        }

        var isCut = result.FinishReason == FinishReason.Length;
        _ended.Add((sequence.PromptCount, sequence.MaxTokens, result.CompletionTokens, isCut));
        if (isOfSample && !_hasLearnt)
        {
            _ofSample.Add(sequence.PromptCount, sequence.MaxTokens, result.CompletionTokens, isCut);
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

    /// <summary>Orders the rest of the window once enough of the sample has ended.</summary>
    /// <param name="step">The step that was computed last.</param>
    public void LearnIfDue(Step step)
    {
        if (_hasLearnt || _started < plan.SampleCount || 4 * _sample.Count > plan.SampleCount)
        {
            return;
        }

        foreach (var sequence in _sample.Where(sequence => sequence.Generated.Length > 0))
        {
            _ofSample.Add(sequence.PromptCount, sequence.MaxTokens, sequence.Generated.Length, isCut: true);
        }

        _hasLearnt = true;
        plan.Reorder(_ofSample);
        foreach (var slice in step.Slices.Where(slice => slice.Sequence.Generated.Length < slice.Sequence.MaxTokens))
        {
            Expect(slice.Sequence);
        }
    }

    /// <summary>Keeps what the window's completions tell; to be called when all have ended.</summary>
    public void Keep() =>
        _ended.ForEach(row => lengths.Add(row.Prompt, row.Limit, row.Tokens, row.IsCut));

    private void Expect(Sequence sequence) =>
        sequence.ExpectedTokens = Known.Expect(sequence.PromptCount, sequence.MaxTokens, sequence.Generated.Length);
}
