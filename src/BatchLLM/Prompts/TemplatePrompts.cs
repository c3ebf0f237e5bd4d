using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Prompts;

/// <summary>Prompts from the job file's messages or text, with the row's columns in their placeholders.</summary>
public sealed class TemplatePrompts : IRowPrompts
{
    private readonly (string Role, PromptTemplate Template)[] _messages;
    private readonly bool _isChat;
    private readonly RowSampling _sampling;

    /// <summary>Parses the templates.</summary>
    /// <exception cref="BatchLLMException">A placeholder is malformed.</exception>
    public TemplatePrompts(JobSpec spec)
    {
        _isChat = spec.Prompt.Messages is not null;
        _messages = spec.Prompt.Messages is { } messages
            ? [.. messages.Select((message, i) => (
                message.Role, PromptTemplate.Parse(message.Content, $"prompt.messages.{i}.content")))]
            : [("", PromptTemplate.Parse(spec.Prompt.Text!, "prompt.text"))];
        _sampling = new RowSampling(spec.Sampling);
        IdColumn = spec.IdColumn;
        Columns = [.. _messages.SelectMany(message => message.Template.Columns).Concat(_sampling.Columns).Distinct()];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; }

    /// <inheritdoc/>
    public string? IdColumn { get; }

    /// <inheritdoc/>
    public RowPrompt Build(Row row)
    {
        var messages = new DraftMessage[_messages.Length]; // [messages]
        for (var index = 0; index < messages.Length; index++)
        {
            var (role, template) = _messages[index];
            messages[index] = new DraftMessage(role, template.Render(row, out var error));
            if (error is not null)
            {
                return new RowPrompt(null, null, error);
            }
        }

        var draft = new PromptDraft(messages, _isChat);
        return draft.HasOnlyBlankData
            ? RowPrompt.Refused(RowErrorCodes.EmptyPrompt, $"{NamesOfData()} is empty; expected text")
            : _sampling.Complete(draft, row);
    }

    private string NamesOfData()
    {
        var names = _messages.SelectMany(message => message.Template.Columns).Distinct().Select(name => $"'{name}'").ToList();
        return $"column {string.Join(" and ", names)}";
    }
}
