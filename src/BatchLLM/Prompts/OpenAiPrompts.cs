using System.Text.Json;
using BatchLLM.Batches;
using BatchLLM.Inference;
using BatchLLM.Rows;

namespace BatchLLM.Prompts;

/// <summary>
/// Prompts from OpenAI batch request lines: custom_id, method, url and body (OpenAI API reference, "The request input
/// object"). Fields that would change the answer and are not served are refused by name; others are ignored.
/// </summary>
/// <param name="defaults">Sampling of requests that set nothing.</param>
public sealed class OpenAiPrompts(SamplingParameters defaults) : IRowPrompts
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; } = ["custom_id", "method", "url", "body"];

    /// <inheritdoc/>
    public string? IdColumn => "custom_id";

    /// <inheritdoc/>
    public RowPrompt Build(Row row)
    {
        var url = row.Columns.GetValueOrDefault("url").ToString();
        if (row.Columns.GetValueOrDefault("method").ToString() is not "POST")
        {
            return Refuse("method is not POST; expected POST");
        }

        if (url is not (BatchUrls.Chat or BatchUrls.Text))
        {
            return Refuse($"url is not served; expected {BatchUrls.Chat} or {BatchUrls.Text}");
        }

        if (row.Columns.GetValueOrDefault("body") is not { Kind: RowValueKind.Json } body)
        {
            return Refuse("body is missing or no JSON object; expected one");
        }

        using var document = JsonDocument.Parse(body.Text);
        try
        {
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Build(document.RootElement, url == BatchUrls.Chat)
                : Refuse("body is not a JSON object");
        }
        catch (InvalidOperationException)
        {
            // JsonElement.GetString: readers check the text of columns, but leave what is inside raw JSON alone.
            return Refuse("body escapes half of a surrogate pair; expected both halves or neither");
        }
    }

    private RowPrompt Build(JsonElement body, bool isChat)
    {
        if (OpenAiBody.Unserved(body) is { } unserved)
        {
            return Refuse(unserved);
        }

        var messages = isChat ? OpenAiBody.ReadMessages(body, out var problem) : OpenAiBody.ReadPrompt(body, out problem);
        if (problem is not null)
        {
            return Refuse(problem);
        }

        var draft = new PromptDraft(messages, isChat);
        if (draft.HasOnlyBlankData)
        {
            return RowPrompt.Refused(RowErrorCodes.EmptyPrompt, "every message is empty; expected text");
        }

        var sampling = OpenAiBody.ReadSampling(body, defaults, out problem);
        return problem is null
            ? new RowPrompt(draft, sampling, null) { YieldsToPrompt = !OpenAiBody.SaysMaxTokens(body) }
            : RowPrompt.Refused(RowErrorCodes.InvalidParameter, $"body.{problem}");
    }

    private static RowPrompt Refuse(string message) => RowPrompt.Refused(RowErrorCodes.InvalidRequest, message);
}
