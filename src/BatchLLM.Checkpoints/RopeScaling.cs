namespace BatchLLM.Checkpoints;

/// <summary>The "llama3" stretching of rotary frequencies (llama-models, model.py).</summary>
/// <param name="Factor">What long wavelengths are divided by.</param>
/// <param name="LowFrequencyFactor">Wavelengths above original positions / this are divided in full.</param>
/// <param name="HighFrequencyFactor">Wavelengths below original positions / this stay; between, interpolated.</param>
/// <param name="OriginalPositions">The context that the model was first trained with.</param>
public sealed record RopeScaling(
    double Factor, double LowFrequencyFactor, double HighFrequencyFactor, double OriginalPositions);
