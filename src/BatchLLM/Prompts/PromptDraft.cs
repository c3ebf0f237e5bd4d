namespace BatchLLM.Prompts;

/// <summary>A row's prompt with its data filled in, not yet rendered by a chat template.</summary>
/// <param name="Messages">The messages; for raw text a single one, whose role means nothing.</param>
/// <param name="IsChat">True if the model's chat template renders it, false if it goes to the model as it is.</param>
public sealed record PromptDraft(IReadOnlyList<DraftMessage> Messages, bool IsChat)
{
    /// <summary>All parts in order.</summary>
    public IEnumerable<PromptPart> Parts => Messages.SelectMany(message => message.Parts);

    /// <summary>True if the row contributed nothing but white space although the prompt has a place for it.</summary>
    public bool HasOnlyBlankData
    {
        get
        {
            // By index, here and where else every row passes: enumerating an interface makes an object of the enumerator.
            var hasData = false;
            for (var message = 0; message < Messages.Count; message++)
            {
                var parts = Messages[message].Parts;
                for (var part = 0; part < parts.Count; part++)
                {
                    if (parts[part].IsData && !string.IsNullOrWhiteSpace(parts[part].Text))
                    {
                        return false;
                    }

                    hasData |= parts[part].IsData;
                }
            }

            return hasData;
        }
    }

    /// <summary>The same prompt with one part's text replaced.</summary>
    /// <param name="index">The part, counted over all messages.</param>
    /// <param name="text">Its new text.</param>
    public PromptDraft WithPart(int index, string text)
    {
        var at = 0;
        return this with
        {
            Messages = [.. Messages.Select(message => message with
            {
                Parts = [.. message.Parts.Select(part => at++ == index ? part with { Text = text } : part)],
            })],
        };
    }
}
