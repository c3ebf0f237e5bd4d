namespace BatchLLM.Dashboard;

/// <summary>A model that jobs may name.</summary>
/// <param name="Name">What a job file says: its path below the folder of models.</param>
/// <param name="Architecture">What it is; null if its configuration cannot be read.</param>
/// <param name="Parameters">Weights, scales not counted.</param>
/// <param name="Precision">How its weights are stored.</param>
/// <param name="Bytes">Bytes of its tensors on disk.</param>
/// <param name="ContextLength">Tokens that prompt and completion may have together; null if it is not known.</param>
/// <param name="Problems">What keeps it from running; empty if it can run.</param>
public sealed record ModelShelfEntry(
    string Name,
    string? Architecture,
    long Parameters,
    string Precision,
    long Bytes,
    int? ContextLength,
    IReadOnlyList<string> Problems);
