namespace BatchLLM.Checkpoints;

/// <summary>Rotary cosines and sines that a checkpoint brings along, which take precedence over computed ones.</summary>
/// <param name="Positions">Positions covered.</param>
/// <param name="Cosines">// [positions, headSize / 2]</param>
/// <param name="Sines">// [positions, headSize / 2]</param>
public sealed record StoredRope(int Positions, float[] Cosines, float[] Sines);
