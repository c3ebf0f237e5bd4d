namespace BatchLLM.Batches;

/// <summary>The endpoints that requests of a batch may name.</summary>
public static class BatchUrls
{
    /// <summary>Messages to an answer.</summary>
    public const string Chat = "/v1/chat/completions";

    /// <summary>Text to its continuation.</summary>
    public const string Text = "/v1/completions";
}
