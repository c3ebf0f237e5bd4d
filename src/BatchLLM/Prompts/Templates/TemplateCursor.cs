namespace BatchLLM.Prompts.Templates;

/// <summary>The parsers' place in the tokens, and the bound on how deep they nest.</summary>
internal sealed class TemplateCursor(List<TemplateToken> tokens)
{
    // Parsing and rendering recurse this deep at most; far above any real template, far below the stack's end.
    private const int DeepestNesting = 200;

    private int _at;
    private int _depth;

    /// <summary>The next token.</summary>
    public TemplateToken Current => tokens[_at];

    /// <summary>The token after the next.</summary>
    public TemplateToken Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>Takes the next token.</summary>
    public TemplateToken Take() => Current.Kind == TemplateTokenKind.End ? Current : tokens[_at++];

    /// <summary>True if the next token is this operator.</summary>
    public bool IsOperator(string text) => Current.Kind == TemplateTokenKind.Operator && Current.Text == text;

    /// <summary>True if the next token is this keyword.</summary>
    public bool IsName(string text) => Current.Kind == TemplateTokenKind.Name && Current.Text == text;

    /// <summary>Takes the next token if it is this operator.</summary>
    public bool TryTakeOperator(string text) => IsOperator(text) && TakeTrue();

    /// <summary>Takes the next token if it is this keyword.</summary>
    public bool TryTakeName(string text) => IsName(text) && TakeTrue();

    /// <summary>Takes an operator that must follow.</summary>
    public void ExpectOperator(string text)
    {
        if (!TryTakeOperator(text))
        {
            throw Refuse($"'{text}'");
        }
    }

    /// <summary>Takes a token of a kind that must follow.</summary>
    public TemplateToken Expect(TemplateTokenKind kind, string expected) =>
        Current.Kind == kind ? Take() : throw Refuse(expected);

    /// <summary>Goes one level deeper; pair with <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (++_depth > DeepestNesting)
        {
            throw TemplateSyntax.Refuse(Current.Line, $"more than {DeepestNesting} nested constructs", "fewer");
        }
    }

    /// <summary>Comes back up.</summary>
    public void Leave(int levels = 1) => _depth -= levels;

    /// <summary>The refusal of the next token.</summary>
    public BatchLLMException Refuse(string expected) =>
        TemplateSyntax.Refuse(Current.Line, Describe(Current), expected);

    /// <summary>The place of the next token, for <see cref="Return"/>.</summary>
    public int Mark() => _at;

    /// <summary>Goes to a marked place; the place left.</summary>
    public int Return(int mark)
    {
        (var left, _at) = (_at, mark);
        return left;
    }

    private bool TakeTrue()
    {
        Take();
        return true;
    }

    private static string Describe(TemplateToken token) => token.Kind switch
    {
        TemplateTokenKind.End => "the end of the template",
        TemplateTokenKind.Data => "text",
        TemplateTokenKind.Text => "a text in quotes",
        _ => $"'{token.Text}'",
    };
}
