using BatchLLM.Canaries;

namespace BatchLLM.Jobs;

/// <summary>What a user submits, as the job file says it, with defaults filled in and URIs still unresolved.</summary>
public sealed record JobSpec
{
    /// <summary>The engine that answers each row with the beginning of its prompt and computes nothing.</summary>
    public const string Echo = "echo";

    /// <summary>Name of the job, for people; 1 to 100 characters of a-z, A-Z, 0-9, dot, dash and underscore.</summary>
    public required string Name { get; init; }

    /// <summary>Model directory.</summary>
    public required string Model { get; init; }

    /// <summary>Input files, in order. At least one.</summary>
    public required IReadOnlyList<InputSpec> Inputs { get; init; }

    /// <summary>How a row becomes a prompt.</summary>
    public required PromptSpec Prompt { get; init; }

    /// <summary>Column that names a row; null if rows have no id.</summary>
    public string? IdColumn { get; init; }

    /// <summary>Sampling for all rows, and which columns override it.</summary>
    public SamplingSpec Sampling { get; init; } = new();

    /// <summary>Where and how completions are written.</summary>
    public required OutputSpec Output { get; init; }

    /// <summary>Whose answers it takes over for rows that are as they were; null to run all rows.</summary>
    public IncrementalSpec? Incremental { get; init; }

    /// <summary>Rows that run before all others; null to run all alike.</summary>
    public CanarySpec? Canary { get; init; }

    /// <summary>What happens at the edges.</summary>
    public PolicySpec Policies { get; init; } = new();

    /// <summary>Which engine runs it: <c>local</c>, or <see cref="Echo"/>.</summary>
    public string Engine { get; init; } = "local";

    /// <summary>Which device the local engine uses, see <see cref="DeviceNames"/>.</summary>
    public string Device { get; init; } = DeviceNames.Cpu;

    /// <summary>How linear layers are computed, for example <c>w8a8-static</c>; null for what the checkpoint's card names.</summary>
    public string? Numerics { get; init; }

    /// <summary>What the KV cache holds, <c>full</c> or <c>fp8</c>; null for what the checkpoint declares.</summary>
    public string? KvCache { get; init; }
}
