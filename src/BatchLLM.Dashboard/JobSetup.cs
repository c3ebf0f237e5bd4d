namespace BatchLLM.Dashboard;

/// <summary>What a job was told to do, so far as a page shows it: no prompt.</summary>
/// <param name="Engine">The engine; null for a job of a version that had only one.</param>
/// <param name="Numerics">How it is computed; null before it is planned.</param>
/// <param name="KvCache">What its KV cache holds; null before it is planned.</param>
/// <param name="Inputs">Its input files' addresses.</param>
/// <param name="Output">Address of its output directory.</param>
public sealed record JobSetup(
    string? Engine, string? Numerics, string? KvCache, IReadOnlyList<string> Inputs, string Output);
