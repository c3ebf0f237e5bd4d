using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Engine.Sampling;

/// <summary>
/// Chooses a token from logits: penalties, temperature, top-k, top-p, then one draw that is keyed by (seed, row key,
/// position). Holds the scratch of one thread; allocates nothing per token.
/// </summary>
internal sealed class TokenSampler(int vocabulary)
{
    private readonly Penalties _penalties = new(vocabulary);
    private readonly Candidates _candidates = new(vocabulary);

    /// <summary>Chooses.</summary>
    /// <param name="logits">Changed in place by penalties. // [vocabulary]</param>
    /// <param name="sequence">Its tokens and parameters.</param>
    /// <returns>The token, or <see cref="IModelRunner.NotFinite"/> if a logit is not a finite number.</returns>
    public int Choose(Span<float> logits, Sequence sequence)
    {
        var sampling = sequence.Request.Sampling;
        var best = LogitScan.IndexOfMax(logits);
        if (best >= 0 && sampling.HasPenalties)
        {
            _penalties.Apply(logits, sequence);
            best = LogitScan.IndexOfMax(logits);
        }

        if (best < 0)
        {
            return IModelRunner.NotFinite;
        }

        return sampling.IsGreedy ? best : Draw(logits, logits[best], sequence, sampling);
    }

    private int Draw(ReadOnlySpan<float> logits, float max, Sequence sequence, SamplingParameters sampling)
    {
        var uniform = Philox.Uniform(sampling.Seed, sequence.Request.RowKey, (ulong)sequence.KnownCount);
        _candidates.Weigh(logits, max, sampling.Temperature);
        return sampling is { TopK: 0, TopP: >= 1 }
            ? _candidates.DrawFromAll(uniform)
            : _candidates.DrawFromBest(sampling.TopK, sampling.TopP, uniform);
    }
}
