using BatchLLM.Engine.Sampling;

namespace BatchLLM.Engine.Compare;

/// <summary>The Kullback-Leibler divergence of two next-token distributions that are given by their logits.</summary>
public static class KlDivergence
{
    /// <summary>
    /// KL(P || Q) = sum p ln(p / q) in nats, where P = softmax(p) and Q = softmax(q), summed in double. Exactly zero for equal
    /// logits, never below zero.
    /// </summary>
    /// <param name="p">Logits of P, all finite. // [vocabulary]</param>
    /// <param name="q">Logits of Q, all finite. // [vocabulary]</param>
    /// <exception cref="ArgumentException">The vocabularies differ in size, or are empty.</exception>
    public static double Of(ReadOnlySpan<float> p, ReadOnlySpan<float> q)
    {
        if (p.Length != q.Length || p.IsEmpty)
        {
            throw new ArgumentException($"P has {p.Length} logits and Q {q.Length}; expected as many, and at least one.", nameof(q));
        }

        double pMax = p[LogitScan.IndexOfMax(p)], qMax = q[LogitScan.IndexOfMax(q)];
        double pSum = 0, qSum = 0, difference = 0;
        for (var i = 0; i < p.Length; i++)
        {
            var (a, b) = (p[i] - pMax, q[i] - qMax);
            var weight = Math.Exp(a);
            pSum += weight;
            qSum += Math.Exp(b);
            difference += weight * (a - b);
        }

        // ln p - ln q = (a - ln pSum) - (b - ln qSum). Rounding may leave a hair below zero.
        return Math.Max(0, (difference / pSum) - Math.Log(pSum) + Math.Log(qSum));
    }
}
