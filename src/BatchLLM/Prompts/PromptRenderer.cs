using System.Diagnostics.CodeAnalysis;
using BatchLLM.Prompts.Templates;
using BatchLLM.Rows;
using BatchLLM.Tokens;

namespace BatchLLM.Prompts;

/// <summary>A draft to the text that the tokenizer gets.</summary>
/// <param name="template">The model's chat template; null if it has none.</param>
/// <param name="context">What the template knows besides the messages.</param>
public sealed class PromptRenderer(ChatTemplate? template, ChatTemplateContext context)
{
    /// <summary>Renders a draft: chat by the template, raw text as it stands.</summary>
    public bool TryRender(
        PromptDraft draft, [NotNullWhen(true)] out PromptText? prompt, [NotNullWhen(false)] out RowError? error)
    {
        if (!draft.IsChat)
        {
            (prompt, error) = (RenderText(draft), null);
            return true;
        }

        if (template is null)
        {
            prompt = null;
            error = new RowError(
                RowErrorCodes.TemplateRefused, "the model has no chat template; use a raw text prompt or add chat_template.jinja");
            return false;
        }

        return template.TryRender([.. draft.Messages.Select(message => message.ToMessage())], context, out prompt, out error);
    }

    // A prompt that is one column as it stands, which is common, takes no copy of its text and no lists.
    private static PromptText RenderText(PromptDraft draft) => draft.Messages is [{ Parts: [var only] }]
        ? new PromptText(only.Text, only is { IsData: true, Text.Length: > 0 } ? [new TextSpan(0, only.Text.Length)] : [])
        : JoinText(draft);

    private static PromptText JoinText(PromptDraft draft)
    {
        var texts = new List<string>();
        var literals = new List<TextSpan>();
        var length = 0;
        foreach (var part in draft.Parts)
        {
            if (part is { IsData: true, Text.Length: > 0 })
            {
                literals.Add(new TextSpan(length, part.Text.Length));
            }

            texts.Add(part.Text);
            length += part.Text.Length;
        }

        return new PromptText(string.Concat(texts), literals);
    }
}
