using BatchLLM.Inference;

namespace BatchLLM.Jobs;

/// <summary>Sampling of a job, and which columns of a row override it.</summary>
public sealed record SamplingSpec
{
    /// <summary>The values of rows that override nothing.</summary>
    public SamplingParameters Defaults { get; init; } = new();

    /// <summary>
    /// Parameter name (max_tokens, temperature, ...) to the column whose value overrides it; a null value does not.
    /// </summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();
}
