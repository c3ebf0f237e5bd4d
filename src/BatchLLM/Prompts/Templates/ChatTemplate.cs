using System.Diagnostics.CodeAnalysis;
using BatchLLM.Rows;
using BatchLLM.Tokens;

namespace BatchLLM.Prompts.Templates;

/// <summary>
/// A checkpoint's chat template: the part of Jinja that such templates use, with trim_blocks and lstrip_blocks on.
/// Immutable, hence thread-safe.
/// </summary>
/// <remarks>
/// Message contents are user data through every operation of the template: they come out as literal spans, in which no
/// control token is recognised. Roles that templates know are words of the template, because some spell a control token
/// with them; any other role is user data.
/// </remarks>
public sealed class ChatTemplate
{
    // Generous to any template that goes through its messages a few dozen times, and over in well under a second.
    private const long BaseSteps = 4_000_000;
    private const int StepsPerCharacter = 16;
    private const int BaseLength = 4_000_000;
    private const int LengthPerCharacter = 4;
    private const int LongestSource = 1 << 20;

    private readonly Body _body;
    private readonly TemplateVariables _variables;

    private ChatTemplate(Body body, TemplateVariables variables) => (_body, _variables) = (body, variables);

    /// <summary>Parses a template.</summary>
    /// <exception cref="BatchLLMException">
    /// It is malformed or uses what is not supported; names line and construct.
    /// </exception>
    public static ChatTemplate Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Length <= LongestSource
            ? new ChatTemplate(StatementParser.Parse(source, out var variables), variables)
            : throw new BatchLLMException(
                $"chat template: found {source.Length} characters; expected at most {LongestSource}.");
    }

    /// <summary>Renders the messages of one row.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="context">What else the template knows.</param>
    /// <param name="prompt">The prompt; literal where it came from message contents.</param>
    /// <param name="error">Why the template does not accept the messages; holds none of their text.</param>
    /// <returns>True if there is a prompt, false if there is an error.</returns>
    public bool TryRender(
        IReadOnlyList<ChatMessage> messages,
        ChatTemplateContext context,
        [NotNullWhen(true)] out PromptText? prompt,
        [NotNullWhen(false)] out RowError? error)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(context);
        var length = 0L;
        for (var i = 0; i < messages.Count; i++)
        {
            length += messages[i].Content.Length;
        }

        var state = NewState(length, context);
        Set(state, "messages", TemplateData.OfMessages(messages));
        return TryRender(state, out prompt, out error);
    }

    /// <summary>Renders a conversation whose messages may have any members, with variables of its own.</summary>
    /// <param name="request">The conversation; all of its texts are user data, but for roles that templates know.</param>
    /// <param name="context">What else the template knows; the request's variables win.</param>
    /// <param name="prompt">The prompt; literal where it came from the request.</param>
    /// <param name="error">Why the template does not accept the messages; holds none of their text.</param>
    /// <returns>True if there is a prompt, false if there is an error.</returns>
    public bool TryRender(
        ChatRequest request,
        ChatTemplateContext context,
        [NotNullWhen(true)] out PromptText? prompt,
        [NotNullWhen(false)] out RowError? error)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        var length = request.Messages.GetRawText().Length + request.Variables.Sum(item => (long)item.Value.GetRawText().Length);
        var state = NewState(length, context);
        try
        {
            Set(state, "messages", TemplateData.OfMessages(request.Messages));
            foreach (var variable in request.Variables)
            {
                Set(state, variable.Name, TemplateData.OfJson(variable.Value));
            }
        }
        catch (InvalidOperationException)
        {
            // What JsonElement.GetString throws for an escaped half of a surrogate pair.
            prompt = null;
            error = new RowError(
                RowErrorCodes.InvalidRequest, "the messages escape half of a surrogate pair; expected both halves or neither");
            return false;
        }

        return TryRender(state, out prompt, out error);
    }

    private bool TryRender(
        RenderState state, [NotNullWhen(true)] out PromptText? prompt, [NotNullWhen(false)] out RowError? error)
    {
        (prompt, error) = (null, null);
        try
        {
            var rendered = _body.Capture(state);
            prompt = new PromptText(rendered.Text, rendered.Literals);
            return true;
        }
        catch (TemplateException exception)
        {
            error = Error(state.Line, exception.Message);
        }
        catch (InsufficientExecutionStackException)
        {
            error = Error(state.Line, "it nests values or macros too deeply");
        }

        return false;
    }

    private RenderState NewState(long length, ChatTemplateContext context)
    {
        var longest = (int)Math.Min(BaseLength + (LengthPerCharacter * length), Array.MaxLength / 2);
        var values = new object?[_variables.Count];
        Array.Fill(values, Undefined.Value);
        var state = new RenderState(values, BaseSteps + (StepsPerCharacter * length), longest, context.Now);
        Set(state, "add_generation_prompt", TemplateValues.Truth(context.AddGenerationPrompt));
        SetText(state, "bos_token", context.BosToken);
        SetText(state, "eos_token", context.EosToken);
        SetText(state, "date_string", context.DateString);
        foreach (var (name, function) in TemplateGlobals.All)
        {
            Set(state, name, name != TemplateGlobals.Clock || context.Now is not null ? function : Undefined.Value);
        }

        return state;
    }

    private void SetText(RenderState state, string name, string? value)
    {
        if (value is not null)
        {
            Set(state, name, TemplateString.FromTemplate(value));
        }
    }

    private void Set(RenderState state, string name, object? value)
    {
        if (_variables.Root.TryGetValue(name, out var slot))
        {
            state.Variables[slot] = value;
        }
    }

    private static RowError Error(int line, string message) =>
        new(RowErrorCodes.TemplateRefused, $"chat template, line {line}: {message.TrimEnd('.')}.");
}
