using BatchLLM.Inference;

namespace BatchLLM.Preflight;

/// <summary>Sizes of a preflight.</summary>
/// <param name="Threads">Shards in work at once.</param>
/// <param name="ShardsPerWindow">Shards that a worker of the job will hold at once.</param>
/// <param name="Runner">Sizes of the runner that the job will have.</param>
/// <param name="SampleRows">Most rows drawn for measuring.</param>
/// <param name="Seed">Decides which.</param>
public sealed record PreflightOptions(int Threads, int ShardsPerWindow, RunnerLimits Runner, int SampleRows, ulong Seed);
