using BatchLLM.Prompts;

namespace BatchLLM.Jobs;

/// <summary>How a row becomes a prompt: exactly one of the four is set.</summary>
public sealed record PromptSpec
{
    /// <summary>Chat messages whose content may hold <c>{{column}}</c> placeholders, for the model's chat template.</summary>
    public IReadOnlyList<ChatMessage>? Messages { get; init; }

    /// <summary>Raw text with placeholders, given to the model as it is after its begin-of-text token.</summary>
    public string? Text { get; init; }

    /// <summary>The column that holds a whole conversation as an array of messages, for the model's chat template.</summary>
    public string? MessagesColumn { get; init; }

    /// <summary>Rows are OpenAI batch request lines (custom_id, method, url, body).</summary>
    public bool OpenAiBatch { get; init; }
}
