using BatchLLM.Inference;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>
/// A device with a model on it, as far as a step's time depends on them. The roofline of Williams et al. 2009 (Communications of
/// the ACM 52-4): a step takes as long as its arithmetic or its memory traffic, whichever is more, and a fixed cost.
/// </summary>
/// <remarks>
/// Arithmetic and traffic overlap perfectly within a step, and arithmetic has one rate whatever the step's size. Both favour no
/// policy over another that runs the same steps; absolute times are optimistic.
/// </remarks>
/// <param name="Name">Device and model, for tables.</param>
/// <param name="FlopsPerSecond">Rate that large matrix products reach.</param>
/// <param name="BytesPerSecond">Rate that reading memory reaches.</param>
/// <param name="LayerWeights">Parameters of the layers' matrices.</param>
/// <param name="HeadWeights">Parameters of the head's matrix.</param>
/// <param name="WeightBytes">Bytes read per step for the weights.</param>
/// <param name="KvBytesPerPosition">Keys and values of one position, all layers.</param>
/// <param name="FlopsPerAttentionPair">2 for each multiply-add of a query with a key and of a probability with a value.</param>
/// <param name="FixedSeconds">What a step costs besides.</param>
/// <param name="Limits">Budgets and KV cache.</param>
internal sealed record Device(
    string Name,
    double FlopsPerSecond,
    double BytesPerSecond,
    double LayerWeights,
    double HeadWeights,
    double WeightBytes,
    double KvBytesPerPosition,
    double FlopsPerAttentionPair,
    double FixedSeconds,
    RunnerLimits Limits)
{
    /// <summary>Positions that the KV cache holds.</summary>
    public long KvPositions => (long)Limits.KvBlockCount * Limits.KvBlockTokens;

    /// <summary>Seconds that a step takes.</summary>
    public double StepSeconds(in StepWork work) =>
        Math.Max(
            ArithmeticSeconds(work.Tokens, work.Choices, work.AttentionPairs),
            TrafficSeconds(1, work.KvPositionsRead + work.Tokens))
        + FixedSeconds;

    /// <summary>Seconds of arithmetic alone.</summary>
    public double ArithmeticSeconds(double tokens, double choices, double attentionPairs) =>
        ((2 * LayerWeights * tokens) + (2 * HeadWeights * choices) + (FlopsPerAttentionPair * attentionPairs)) / FlopsPerSecond;

    /// <summary>Seconds of memory traffic alone.</summary>
    /// <param name="steps">How often the weights are read.</param>
    /// <param name="kvPositions">Positions whose keys and values are read or written.</param>
    public double TrafficSeconds(double steps, double kvPositions) =>
        ((steps * WeightBytes) + (kvPositions * KvBytesPerPosition)) / BytesPerSecond;
}
