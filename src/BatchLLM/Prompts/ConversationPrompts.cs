using System.Text.Json;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Prompts;

/// <summary>
/// Prompts from one column that holds a whole conversation, <c>[{"role": "user", "content": "..."}]</c>: as JSON, or as its
/// text where a format has no arrays.
/// </summary>
public sealed class ConversationPrompts : IRowPrompts
{
    private readonly string _column;
    private readonly RowSampling _sampling;

    /// <summary>Prompts of a job whose prompt names such a column.</summary>
    public ConversationPrompts(JobSpec spec)
    {
        _column = spec.Prompt.MessagesColumn!;
        _sampling = new RowSampling(spec.Sampling);
        IdColumn = spec.IdColumn;
        Columns = [.. _sampling.Columns.Prepend(_column).Distinct()];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; }

    /// <inheritdoc/>
    public string? IdColumn { get; }

    /// <inheritdoc/>
    public RowPrompt Build(Row row)
    {
        if (!row.Columns.TryGetValue(_column, out var value))
        {
            return RowPrompt.Refused(
                RowErrorCodes.MissingColumn, $"the prompt needs column '{_column}'; the row does not have it");
        }

        if (value.IsNull || value is { Kind: RowValueKind.Text } && string.IsNullOrWhiteSpace(value.Text))
        {
            return RowPrompt.Refused(RowErrorCodes.EmptyPrompt, $"column '{_column}' is empty; expected messages");
        }

        var messages = Read(value, out var problem);
        return problem is null ? Complete(new PromptDraft(messages, IsChat: true), row) : Refuse(problem);
    }

    private RowPrompt Complete(PromptDraft draft, Row row) => draft.HasOnlyBlankData
        ? RowPrompt.Refused(RowErrorCodes.EmptyPrompt, $"every message of column '{_column}' is empty; expected text")
        : _sampling.Complete(draft, row);

    private IReadOnlyList<DraftMessage> Read(RowValue value, out string? problem)
    {
        if (value.Kind is not (RowValueKind.Json or RowValueKind.Text))
        {
            problem = $"{_column} is of type {value.Kind.ToString().ToLowerInvariant()}; expected an array of messages";
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(value.Text);
            return ChatMessages.Read(document.RootElement, _column, out problem);
        }
        catch (JsonException)
        {
            problem = $"{_column} is text that is not valid JSON; expected an array of messages";
        }
        catch (InvalidOperationException)
        {
            // JsonElement.GetString: readers check the text of columns, but leave what is inside raw JSON alone.
            problem = $"{_column} escapes half of a surrogate pair; expected both halves or neither";
        }

        return [];
    }

    private static RowPrompt Refuse(string problem) =>
        RowPrompt.Refused(RowErrorCodes.InvalidRequest, $"column {problem}");
}
