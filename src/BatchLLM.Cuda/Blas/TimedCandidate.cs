namespace BatchLLM.Cuda.Blas;

/// <summary>An algorithm that was tried.</summary>
/// <param name="Algorithm">Which.</param>
/// <param name="Milliseconds">Time of one product.</param>
/// <param name="Bits">SHA-256 of the first rows of its result on the trial's numbers.</param>
internal readonly record struct TimedCandidate(Algorithm Algorithm, double Milliseconds, string Bits);
