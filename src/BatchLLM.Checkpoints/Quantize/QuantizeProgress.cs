namespace BatchLLM.Checkpoints.Quantize;

/// <summary>How far a quantization has come.</summary>
/// <param name="Layer">The layer under way, 0-based; <paramref name="LayerCount"/> for what comes after the layers.</param>
/// <param name="LayerCount">Layers of the model.</param>
/// <param name="Stage">What is done to it, for people.</param>
/// <param name="Share">Share of the whole that is done, 0 to 1.</param>
public readonly record struct QuantizeProgress(int Layer, int LayerCount, string Stage, double Share);
