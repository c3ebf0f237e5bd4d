using BatchLLM.Planning;

namespace BatchLLM.Engine.Sampling;

/// <summary>Repetition penalty over prompt and completion; presence and frequency penalties over the completion.</summary>
internal sealed class Penalties(int vocabulary)
{
    private readonly int[] _counts = new int[vocabulary]; // zero between calls

    /// <summary>Changes the logits of tokens that were seen.</summary>
    /// <param name="logits">// [vocabulary]</param>
    /// <param name="sequence">Its tokens and parameters.</param>
    public void Apply(Span<float> logits, Sequence sequence)
    {
        var sampling = sequence.Request.Sampling;
        if (sampling.RepetitionPenalty != 1)
        {
            Repetition(logits, sequence.Tokens, (float)sampling.RepetitionPenalty);
        }

        if (sampling.PresencePenalty != 0 || sampling.FrequencyPenalty != 0)
        {
            Occurrence(
                logits, sequence.Generated, (float)sampling.PresencePenalty, (float)sampling.FrequencyPenalty);
        }
    }

    private void Repetition(Span<float> logits, ReadOnlySpan<int> tokens, float penalty)
    {
        foreach (var token in tokens)
        {
            if (_counts[token]++ == 0)
            {
                logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
            }
        }

        Forget(tokens);
    }

    private void Occurrence(Span<float> logits, ReadOnlySpan<int> generated, float presence, float frequency)
    {
        foreach (var token in generated)
        {
            _counts[token]++;
        }

        foreach (var token in generated)
        {
            if (_counts[token] > 0)
            {
                logits[token] -= presence + frequency * _counts[token];
                _counts[token] = 0;
            }
        }
    }

    // Only what was counted: clearing all of a large vocabulary for each token costs more than the penalties.
    private void Forget(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            _counts[token] = 0;
        }
    }
}
