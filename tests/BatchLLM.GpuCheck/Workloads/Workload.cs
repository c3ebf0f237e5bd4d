using System.Globalization;

namespace BatchLLM.GpuCheck.Workloads;

/// <summary>Rows of one length, as many as there is time for.</summary>
/// <param name="PromptTokens">Tokens of a prompt.</param>
/// <param name="OutputTokens">Tokens of an answer; nothing ends it earlier.</param>
internal sealed record Workload(int PromptTokens, int OutputTokens)
{
    /// <summary>Tokens that the prompts of a group begin with.</summary>
    public int SharedTokens { get; init; }

    /// <summary>Rows of a group, one after the other.</summary>
    public int GroupRows { get; init; } = 1;

    /// <summary>Output tokens a second that others have published; NaN for none.</summary>
    public double Published { get; init; } = double.NaN;

    /// <summary>For people.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{PromptTokens}/{OutputTokens}")
        + (SharedTokens > 0 ? string.Create(CultureInfo.InvariantCulture, $", {SharedTokens} shared by {GroupRows}") : "");

    /// <summary>Prompt tokens that have to be computed for a row.</summary>
    public double ComputedPromptTokens => OwnTokens + SharedPerRow;

    /// <summary>Positions of the cache that a row holds on average: its own, and its part of what is shared.</summary>
    public double HeldPositions => OwnTokens + OutputTokens / 2.0 + SharedPerRow;

    /// <summary>Positions of its own that an output token reads on average.</summary>
    public double OwnContext => OwnTokens + OutputTokens / 2.0;

    /// <summary>Shared positions that have to be read for an output token, as one reading serves the group.</summary>
    public double SharedPerRow => (double)SharedTokens / GroupRows;

    /// <summary>Positions that a computed prompt token attends to on average.</summary>
    public double PromptContext =>
        (SharedPerRow * SharedTokens / 2 + OwnTokens * (SharedTokens + OwnTokens / 2.0)) / ComputedPromptTokens;

    private int OwnTokens => PromptTokens - SharedTokens;
}
