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

    private static readonly string[] KnownRoles =
        ["system", "developer", "user", "assistant", "model", "tool", "function", "ipython", "observation"];

    private readonly IReadOnlyList<Statement> _statements;

    private ChatTemplate(IReadOnlyList<Statement> statements) => _statements = statements;

    /// <summary>Parses a template.</summary>
    /// <exception cref="BatchLLMException">
    /// It is malformed or uses what is not supported; names line and construct.
    /// </exception>
    public static ChatTemplate Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Length <= LongestSource
            ? new ChatTemplate(StatementParser.Parse(source))
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
        var state = NewState(messages, context);
        var interpreter = new TemplateInterpreter(state);
        var output = new TemplateStringBuilder(state);
        (prompt, error) = (null, null);
        try
        {
            interpreter.Run(_statements, Variables(messages, context), output);
            var rendered = output.Build();
            prompt = new PromptText(rendered.Text, rendered.Literals);
            return true;
        }
        catch (TemplateException exception)
        {
            error = Error(interpreter.Line, exception.Message);
        }
        catch (InsufficientExecutionStackException)
        {
            error = Error(interpreter.Line, "it nests values too deeply");
        }

        return false;
    }

    private static RenderState NewState(IReadOnlyList<ChatMessage> messages, ChatTemplateContext context)
    {
        var length = messages.Sum(message => (long)message.Content.Length);
        var longest = (int)Math.Min(BaseLength + (LengthPerCharacter * length), Array.MaxLength / 2);
        return new RenderState(BaseSteps + (StepsPerCharacter * length), longest, context.Now);
    }

    private static TemplateScope Variables(IReadOnlyList<ChatMessage> messages, ChatTemplateContext context)
    {
        var variables = new TemplateScope();
        variables.Set("messages", messages.Select(Message).ToList());
        variables.Set("add_generation_prompt", context.AddGenerationPrompt);
        SetText("bos_token", context.BosToken);
        SetText("eos_token", context.EosToken);
        SetText("date_string", context.DateString);
        foreach (var (name, function) in TemplateGlobals.All)
        {
            variables.Set(name, name != TemplateGlobals.Clock || context.Now is not null ? function : Undefined.Value);
        }

        return variables;

        void SetText(string name, string? value)
        {
            if (value is not null)
            {
                variables.Set(name, TemplateString.FromTemplate(value));
            }
        }
    }

    private static object? Message(ChatMessage message) => new OrderedDictionary<string, object?>
    {
        ["role"] = KnownRoles.Contains(message.Role)
            ? TemplateString.FromTemplate(message.Role)
            : TemplateString.FromData(message.Role),
        ["content"] = TemplateString.FromData(message.Content),
    };

    private static RowError Error(int line, string message) =>
        new(RowErrorCodes.TemplateRefused, $"chat template, line {line}: {message.TrimEnd('.')}.");
}
