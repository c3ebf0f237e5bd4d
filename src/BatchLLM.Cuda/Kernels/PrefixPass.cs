namespace BatchLLM.Cuda.Kernels;

/// <summary>Sequences of a step whose contexts begin in the same KV blocks.</summary>
/// <param name="Tokens">Positions that they have in common, whole tiles of them; below each one's own position.</param>
/// <param name="Slices">Slices of the step, ascending; at least two.</param>
internal sealed record PrefixPass(int Tokens, IReadOnlyList<int> Slices);
