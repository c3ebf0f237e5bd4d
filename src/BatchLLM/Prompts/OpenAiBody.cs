using System.Text.Json;
using BatchLLM.Inference;
using BatchLLM.Rows;

namespace BatchLLM.Prompts;

/// <summary>Reads the body of an OpenAI request (OpenAI API reference, chat completions and completions).</summary>
internal static class OpenAiBody
{
    // From the OpenAI API, then what vLLM adds to it: each changes the answer, or what comes back with it.
    private static readonly string[] RefusedIfSet =
    [
        "tools", "functions", "logit_bias", "logprobs", "top_logprobs", "echo", "suffix", "audio", "web_search_options",
        "reasoning_effort", "verbosity",
        "min_p", "min_tokens", "ignore_eos", "stop_token_ids", "bad_words", "use_beam_search", "prompt_logprobs",
        "guided_json", "guided_regex", "guided_choice", "guided_grammar", "structured_outputs", "chat_template",
        "chat_template_kwargs", "continue_final_message", "truncate_prompt_tokens",
    ];

    /// <summary>Which field asks for something that is not served; null if none does.</summary>
    public static string? Unserved(JsonElement body)
    {
        if (RefusedIfSet.FirstOrDefault(name => IsSet(body, name)) is { } name)
        {
            return $"body.{name} is not supported; leave it out";
        }

        if (IsSet(body, "stream"))
        {
            return "body.stream is true; a batch has no stream, leave it out";
        }

        string[] counts = ["n", "best_of"];
        if (Array.Find(counts, item => body.TryGetProperty(item, out var count) && !IsNumber(count, 1)) is { } many)
        {
            return $"body.{many} is not 1; one completion a request is supported";
        }

        if (body.TryGetProperty("modalities", out var modalities) && !IsTextOnly(modalities))
        {
            return "body.modalities asks for more than text; only text is supported";
        }

        return body.TryGetProperty("response_format", out var format) && !IsTextFormat(format)
            ? "body.response_format is not of type text; only text is supported"
            : null;
    }

    /// <summary>True if a body says itself how long its answer may get.</summary>
    public static bool SaysMaxTokens(JsonElement body) =>
        !IsNull(Property(body, "max_tokens")) || !IsNull(Property(body, "max_completion_tokens"));

    /// <summary>The messages of a chat body; all their content is the row's data.</summary>
    public static IReadOnlyList<DraftMessage> ReadMessages(JsonElement body, out string? problem) =>
        ChatMessages.Read(Property(body, "messages"), "body.messages", out problem);

    /// <summary>The prompt of a completions body, as a single message; all of it is the row's data.</summary>
    public static IReadOnlyList<DraftMessage> ReadPrompt(JsonElement body, out string? problem)
    {
        var prompt = Property(body, "prompt");
        problem = prompt.ValueKind == JsonValueKind.String ? null : "body.prompt is not a text; one text is supported";
        return problem is null ? [new DraftMessage("", [new PromptPart(prompt.GetString()!, true)])] : [];
    }

    /// <summary>The sampling of a body over defaults. max_completion_tokens wins over max_tokens, as in the API.</summary>
    public static SamplingParameters ReadSampling(JsonElement body, SamplingParameters defaults, out string? problem)
    {
        problem = null;
        var sampling = defaults;
        foreach (var name in SamplingOverrides.Names)
        {
            var field = name == "max_tokens" && !IsNull(Property(body, "max_completion_tokens")) ? "max_completion_tokens" : name;
            sampling = SamplingOverrides.Apply(sampling, name, ToValue(Property(body, field)), out problem);
            if (problem is not null)
            {
                return sampling;
            }
        }

        return sampling;
    }

    private static RowValue ToValue(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => RowValue.Null,
        JsonValueKind.String => RowValue.FromText(element.GetString()!),
        JsonValueKind.Number => element.TryGetInt64(out var integer)
            ? RowValue.FromInteger(integer)
            : RowValue.FromNumber(element.GetDouble()),
        JsonValueKind.True or JsonValueKind.False => RowValue.FromBoolean(element.GetBoolean()),
        _ => RowValue.FromJson(element.GetRawText()),
    };

    /// <summary>True if a field asks for something: clients also write null, false, 0 and empty values for "no".</summary>
    private static bool IsSet(JsonElement body, string name)
    {
        var value = Property(body, name);
        return value.ValueKind switch
        {
            JsonValueKind.Array => value.GetArrayLength() > 0,
            JsonValueKind.Object => value.EnumerateObject().Any(),
            JsonValueKind.String => !value.ValueEquals(""u8),
            JsonValueKind.Number => value.GetDouble() != 0,
            _ => value.ValueKind == JsonValueKind.True,
        };
    }

    private static bool IsNull(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    private static bool IsNumber(JsonElement element, int value) =>
        element.ValueKind == JsonValueKind.Null
        || (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) && number == value);

    private static bool IsTextOnly(JsonElement modalities) =>
        modalities.ValueKind == JsonValueKind.Null
        || (modalities.ValueKind == JsonValueKind.Array
            && modalities.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && item.ValueEquals("text"u8)));

    private static bool IsTextFormat(JsonElement format) =>
        format.ValueKind == JsonValueKind.Null
        || (Property(format, "type") is { ValueKind: JsonValueKind.String } type && type.ValueEquals("text"u8));

    private static JsonElement Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;
}
