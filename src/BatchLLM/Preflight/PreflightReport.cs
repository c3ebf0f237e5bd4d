namespace BatchLLM.Preflight;

/// <summary>
/// What a preflight found. <c>validate --json</c> prints it and the database keeps it, under these names in snake case;
/// they stay as they are from version to version.
/// </summary>
public sealed record PreflightReport
{
    /// <summary>The job's name.</summary>
    public required string Name { get; init; }

    /// <summary>The key that a run of the same job has.</summary>
    public required string Key { get; init; }

    /// <summary>The model's directory.</summary>
    public required string Model { get; init; }

    /// <summary>Rows read.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows that would go to the engine.</summary>
    public required long Ready { get; init; }

    /// <summary>Rows that would fail.</summary>
    public required long Failed { get; init; }

    /// <summary>Rows that would fail, by error code, with examples.</summary>
    public required IReadOnlyCollection<RowProblems> Problems { get; init; }

    /// <summary>Prompt tokens of ready rows.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>The shortest prompt of a ready row, in tokens.</summary>
    public required int ShortestPrompt { get; init; }

    /// <summary>The median one.</summary>
    public required int MedianPrompt { get; init; }

    /// <summary>The longest one.</summary>
    public required int LongestPrompt { get; init; }

    /// <summary>How they are distributed.</summary>
    public required LengthReport PromptLengths { get; init; }

    /// <summary>Most tokens that the rows may generate together.</summary>
    public required long MaxCompletionTokens { get; init; }

    /// <summary>Rows whose prompt is too long.</summary>
    public required OverlongReport Overlong { get; init; }

    /// <summary>Rows like another.</summary>
    public required DuplicateReport Duplicates { get; init; }

    /// <summary>What windows share.</summary>
    public required SharedPrefixReport SharedPrefixes { get; init; }

    /// <summary>What the job will come to; null if nothing was measured.</summary>
    public RunEstimate? Estimate { get; init; }

    /// <summary>Memory that it takes.</summary>
    public MemoryReport? Memory { get; init; }

    /// <summary>Bytes of the input files.</summary>
    public required long InputBytes { get; init; }

    /// <summary>
    /// Input files that are compressed as a whole: each worker decompresses such a file from its start, so that more workers
    /// do not read it faster.
    /// </summary>
    public int CompressedFiles { get; init; }

    /// <summary>Seconds that reading and tokenizing took.</summary>
    public required double Seconds { get; init; }

    /// <summary>The file that lists every row found.</summary>
    public required string Findings { get; init; }
}
