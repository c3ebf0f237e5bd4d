namespace BatchLLM.Jobs;

/// <summary>What is done with a prompt of more tokens than the context leaves after max_tokens.</summary>
public enum OverlongPolicy
{
    /// <summary>The row fails with <c>prompt_too_long</c>.</summary>
    Fail,

    /// <summary>Tokens are cut from the front of the longest placeholder's text.</summary>
    TruncateHead,

    /// <summary>Tokens are cut from its end.</summary>
    TruncateTail,

    /// <summary>Tokens are cut from its middle.</summary>
    TruncateMiddle,
}
