namespace BatchLLM.Jobs;

/// <summary>What a worker says of itself every few seconds.</summary>
/// <param name="Name">Its name; no two that live have the same.</param>
/// <param name="Host">The machine, for people.</param>
/// <param name="Version">The program's.</param>
/// <param name="State">What it does.</param>
/// <param name="JobId">The job that it works on; null if on none.</param>
/// <param name="Models">The model directories that it serves; empty for any.</param>
public sealed record WorkerBeat(
    string Name, string Host, string Version, WorkerState State, long? JobId, IReadOnlyList<string> Models);
