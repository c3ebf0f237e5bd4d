using BatchLLM.Jobs;
using BatchLLM.Rows;
using BatchLLM.Tokens;

namespace BatchLLM.Prompts;

/// <summary>A row to a tokenized request, or to the error it ends with. Stateless; many threads may use one.</summary>
public sealed class RowPreparer
{
    private readonly IRowPrompts _prompts;
    private readonly PromptRenderer _renderer;
    private readonly ITokenizer _tokenizer;
    private readonly int _contextLength;
    private readonly OverlongPolicy _overlong;
    private readonly IReadOnlyList<string> _carried;

    /// <summary>Prepares rows of one job for one model.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="renderer">The model's chat template.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="contextLength">Most positions of prompt and completion together.</param>
    /// <exception cref="BatchLLMException">A placeholder of the prompt is malformed.</exception>
    public RowPreparer(JobSpec spec, PromptRenderer renderer, ITokenizer tokenizer, int contextLength)
    {
        _prompts = spec.Prompt.OpenAiBatch ? new OpenAiPrompts(spec.Sampling.Defaults)
            : spec.Prompt.MessagesColumn is not null ? new ConversationPrompts(spec)
            : new TemplatePrompts(spec);
        _renderer = renderer;
        _tokenizer = tokenizer;
        _contextLength = contextLength;
        _overlong = spec.Policies.OverlongPrompt;
        _carried = CarriedColumns(spec);
        Columns = _prompts.Columns.Concat(_carried).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>All columns that the job uses.</summary>
    public IReadOnlySet<string> Columns { get; }

    /// <summary>The columns that the output carries over: the id first.</summary>
    public static IReadOnlyList<string> CarriedColumns(JobSpec spec)
    {
        var id = spec.Prompt.OpenAiBatch ? "custom_id" : spec.IdColumn;
        return [.. (id is null ? [] : new[] { id }).Concat(spec.Output.Columns).Distinct()];
    }

    /// <summary>Prepares a row.</summary>
    /// <param name="row">As it was read.</param>
    /// <param name="isDuplicate">True if an earlier row has the same id.</param>
    public WindowRow Prepare(Row row, bool isDuplicate)
    {
        var carried = Carry(row);
        if ((row.Error ?? CheckId(row, isDuplicate)) is { } fault)
        {
            return new WindowRow(row.Location, carried, null, null, fault);
        }

        var prompt = _prompts.Build(row);
        if (prompt.Error is not null)
        {
            return new WindowRow(row.Location, carried, null, null, prompt.Error);
        }

        var sampling = prompt.Sampling!;
        var reserved = prompt.YieldsToPrompt ? 1 : sampling.MaxTokens; // positions that the prompt leaves to the completion
        var tokens = Tokenize(prompt.Draft!, reserved, out var overlong, out var error);
        if (prompt.YieldsToPrompt && error is null)
        {
            sampling = sampling with { MaxTokens = Math.Min(sampling.MaxTokens, _contextLength - tokens!.Length) };
        }

        return new WindowRow(row.Location, carried, tokens, error is null ? sampling : null, error)
        {
            Overlong = overlong,
            ContinuesText = !prompt.Draft!.IsChat,
        };
    }

    private RowError? CheckId(Row row, bool isDuplicate) => _prompts.IdColumn is not { } column ? null
        : row.Columns.GetValueOrDefault(column).IsNull
            ? new RowError(RowErrorCodes.MissingId, $"column '{column}' has no value; expected an id")
        : isDuplicate
            ? new RowError(RowErrorCodes.DuplicateId, $"an earlier row has the same '{column}'; expected unique ids")
        : null;

    /// <summary>The prompt's tokens; when it is too long and may not be cut, they come with the error, to be counted.</summary>
    private int[]? Tokenize(PromptDraft draft, int reserved, out OverlongPrompt? overlong, out RowError? error)
    {
        overlong = null;
        if (!_renderer.TryRender(draft, out var text, out error))
        {
            return null;
        }

        var tokens = Encode(draft, text);
        var room = _contextLength - reserved;
        if (tokens.Length <= room)
        {
            return tokens;
        }

        var cut = room > 0 && _overlong != OverlongPolicy.Fail
            ? PromptFitter.Fit(draft, tokens.Length, room, _overlong, Encode)
            : null;
        overlong = new OverlongPrompt(tokens.Length, room, cut?.Length);
        error = cut is null ? TooLong(tokens.Length, reserved) : null;
        return cut ?? tokens;
    }

    private int[]? Encode(PromptDraft draft) =>
        _renderer.TryRender(draft, out var text, out _) ? Encode(draft, text) : null;

    // A chat template writes the token that begins a sequence itself; twice would be wrong.
    private int[] Encode(PromptDraft draft, PromptText text) => draft.IsChat
        ? _tokenizer.Encode(text)
        : _tokenizer.EncodeWithAffixes(text);

    private RowError TooLong(int tokens, int maxTokens) => new(
        RowErrorCodes.PromptTooLong,
        maxTokens >= _contextLength
            ? $"max_tokens is {maxTokens}; the model's context of {_contextLength} leaves no room for a prompt"
            : $"the prompt has {tokens} tokens; expected at most {_contextLength - maxTokens} (context {_contextLength} less " +
              $"max_tokens {maxTokens}). Shorten it, lower max_tokens, or set policies.overlong_prompt");

    private KeyValuePair<string, RowValue>[] Carry(Row row)
    {
        if (_carried.Count == 0)
        {
            return [];
        }

        var carried = new KeyValuePair<string, RowValue>[_carried.Count]; // [carried columns]
        for (var index = 0; index < carried.Length; index++)
        {
            carried[index] = KeyValuePair.Create(_carried[index], row.Columns.GetValueOrDefault(_carried[index]));
        }

        return carried;
    }
}
