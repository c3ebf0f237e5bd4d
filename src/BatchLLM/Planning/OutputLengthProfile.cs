namespace BatchLLM.Planning;

/// <summary>What is known of completion lengths, to be kept from one run of a schedule for the next.</summary>
/// <param name="Buckets">Rows that are alike; only what was seen.</param>
public sealed record OutputLengthProfile(IReadOnlyList<OutputLengthProfile.Bucket> Buckets)
{
    /// <summary>Rows of prompts and limits within a factor of two.</summary>
    /// <param name="PromptTokens">Fewest prompt tokens, a power of two.</param>
    /// <param name="MaxTokens">Lowest max_tokens, a power of two.</param>
    /// <param name="Counts">By length, ascending.</param>
    public sealed record Bucket(int PromptTokens, int MaxTokens, IReadOnlyList<Count> Counts);

    /// <summary>Completions of about one length.</summary>
    /// <param name="Tokens">The shortest length that is counted here.</param>
    /// <param name="Ended">How many ended by themselves.</param>
    /// <param name="Cut">How many were cut, and would have gone on.</param>
    public sealed record Count(int Tokens, long Ended, long Cut);
}
