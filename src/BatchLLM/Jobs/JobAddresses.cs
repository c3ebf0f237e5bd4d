using System.Text.Json;

namespace BatchLLM.Jobs;

/// <summary>What a stored job reads, as its file says it.</summary>
/// <param name="Inputs">Its inputs; each may hold globs, and those of a schedule placeholders.</param>
/// <param name="Since">The output whose answers it takes over; null if it names none.</param>
public sealed record JobAddresses(IReadOnlyList<string> Inputs, string? Since)
{
    /// <summary>Those of a text that <see cref="JobSpecJson"/> wrote.</summary>
    public static JobAddresses Of(string specJson)
    {
        using var spec = JsonDocument.Parse(specJson);
        var root = spec.RootElement;
        return new JobAddresses(
            root.TryGetProperty("input", out var inputs) ? [.. inputs.EnumerateArray().Select(input => input.GetProperty("uri").GetString()!)] : [],
            root.TryGetProperty("incremental", out var since) && since.ValueKind == JsonValueKind.String ? since.GetString() : null);
    }
}
