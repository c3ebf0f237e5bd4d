namespace BatchLLM.Checkpoints.Quantize;

/// <summary>What calibration saw at the input of a linear layer, or of siblings that share it.</summary>
/// <param name="Magnitude">Largest magnitude.</param>
/// <param name="MeanMagnitudes">Mean magnitude of each input. // [inputs]</param>
/// <param name="Samples">Some rows, evenly spread over the calibration tokens. // [samples, inputs]</param>
public sealed record InputStatistics(float Magnitude, float[] MeanMagnitudes, float[] Samples);
