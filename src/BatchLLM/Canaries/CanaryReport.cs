using BatchLLM.Preflight;

namespace BatchLLM.Canaries;

/// <summary>What a canary came to.</summary>
public sealed record CanaryReport
{
    /// <summary>Rows that ran.</summary>
    public required int Rows { get; init; }

    /// <summary>Input files that they are from.</summary>
    public required int Files { get; init; }

    /// <summary>Completed.</summary>
    public required long Ok { get; init; }

    /// <summary>Cut off by length.</summary>
    public required long Truncated { get; init; }

    /// <summary>With an error.</summary>
    public required long Failed { get; init; }

    /// <summary>Failed rows by the code of their error.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>Tokens of their prompts.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public required long CompletionTokens { get; init; }

    /// <summary>How long they took, without reading them.</summary>
    public required double Seconds { get; init; }

    /// <summary>Prompt and completion tokens a second.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Prompt tokens of the whole job, if all rows are like these.</summary>
    public required long EstimatedPromptTokens { get; init; }

    /// <summary>The same as a range, by how much the rows of a file differ that ran; null if a single row ran, or before ranges were told.</summary>
    public Interval? EstimatedPromptTokensRange { get; init; }

    /// <summary>Completion tokens of the whole job, likewise.</summary>
    public required long EstimatedCompletionTokens { get; init; }

    /// <summary>Their range, likewise.</summary>
    public Interval? EstimatedCompletionTokensRange { get; init; }

    /// <summary>Seconds that one worker takes for the tokens of the whole job at this speed; full windows are mostly faster.</summary>
    public required double EstimatedSeconds { get; init; }

    /// <summary>Their range, of how many tokens there are; the speed is taken as it was.</summary>
    public Interval? EstimatedSecondsRange { get; init; }

    /// <summary>SHA-256 of the file that holds them.</summary>
    public required string Sha256 { get; init; }
}
