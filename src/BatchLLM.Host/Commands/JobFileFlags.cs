namespace BatchLLM.Host.Commands;

/// <summary>What the command line says over the job file; null or empty where it says nothing.</summary>
/// <param name="Model">Model directory.</param>
/// <param name="Inputs">Input files or patterns.</param>
/// <param name="Output">Output directory.</param>
/// <param name="Engine">Engine.</param>
/// <param name="Device">Device.</param>
/// <param name="Numerics">Numerics.</param>
/// <param name="KvCache">KV cache.</param>
/// <param name="Date">The day that <c>{{date}}</c> stands for; today, UTC, if null.</param>
/// <param name="Settings">Other keys, as key=value.</param>
internal sealed record JobFileFlags(
    string? Model,
    IReadOnlyList<string> Inputs,
    string? Output,
    string? Engine,
    string? Device,
    string? Numerics,
    string? KvCache,
    DateOnly? Date,
    IReadOnlyList<string> Settings)
{
    /// <summary>A command line that leaves the job file as it is.</summary>
    public static JobFileFlags None { get; } = new(null, [], null, null, null, null, null, null, []);
}
