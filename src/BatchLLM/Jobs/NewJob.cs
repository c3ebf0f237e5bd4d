using System.Text.Json;

namespace BatchLLM.Jobs;

/// <summary>A job about to be created.</summary>
/// <param name="Name">The spec's name.</param>
/// <param name="Key">
/// Digest of everything that decides the output: spec, input files with their versions, model. The same key again means
/// the same job. Null for a job that is queued: what decides its output is not known before it is planned.
/// </param>
/// <param name="SpecJson">The effective job file, as JSON text; what <c>resume</c> runs.</param>
/// <param name="Model">The model directory's absolute path.</param>
/// <param name="OutputUri">Absolute URI of the output directory.</param>
/// <param name="Inputs">Resolved input files, in order.</param>
/// <param name="RowCount">Rows of all inputs.</param>
public sealed record NewJob(
    string Name,
    string? Key,
    string SpecJson,
    string Model,
    string OutputUri,
    IReadOnlyList<InputFile> Inputs,
    long RowCount)
{
    /// <summary>The numerics in force; null for a job of a version that did not choose them.</summary>
    public string? Numerics => Text("numerics");

    /// <summary>The KV cache in force; null for a job of a version that did not choose it.</summary>
    public string? KvCache => Text("kv_cache");

    /// <summary>The engine that runs it; null for a job of a version that had only one.</summary>
    public string? Engine => Text("engine");

    /// <summary>How long it may run until it pauses; null for no limit.</summary>
    public TimeSpan? TimeBudget
    {
        get
        {
            using var spec = JsonDocument.Parse(SpecJson);
            return spec.RootElement.TryGetProperty("policies", out var policies) && policies.TryGetProperty("time_budget", out var budget)
                ? Jobs.TimeBudget.Parse(budget.GetString()!)
                : null;
        }
    }

    /// <summary>How long its results are kept once it is over; null for as long as the service says.</summary>
    public TimeSpan? KeepResults
    {
        get
        {
            using var spec = JsonDocument.Parse(SpecJson);
            return spec.RootElement.TryGetProperty("output", out var output) && output.TryGetProperty("keep", out var keep)
                ? Jobs.TimeBudget.Parse(keep.GetString()!)
                : null;
        }
    }

    /// <summary>How many rows run before all others; null for a job that runs all alike.</summary>
    public int? CanaryRows
    {
        get
        {
            using var spec = JsonDocument.Parse(SpecJson);
            return spec.RootElement.TryGetProperty("canary", out var canary) ? canary.GetProperty("rows").GetInt32() : null;
        }
    }

    private string? Text(string key)
    {
        using var spec = JsonDocument.Parse(SpecJson);
        return spec.RootElement.TryGetProperty(key, out var value) ? value.GetString() : null;
    }
}
