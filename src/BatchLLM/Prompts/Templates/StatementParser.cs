namespace BatchLLM.Prompts.Templates;

/// <summary>Parses the statements of a template.</summary>
internal sealed class StatementParser
{
    private const string Supported = "if, for, set, break, continue or generation";

    private readonly TemplateCursor _cursor;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private StatementParser(TemplateCursor cursor) =>
        (_cursor, _expressions) = (cursor, new ExpressionParser(cursor));

    /// <summary>Parses a whole template.</summary>
    /// <exception cref="BatchLLMException">It is malformed, or uses what is not supported.</exception>
    public static IReadOnlyList<Statement> Parse(string source)
    {
        var cursor = new TemplateCursor(TemplateLexer.Tokenize(source));
        var body = new StatementParser(cursor).ParseBody();
        return cursor.Current.Kind == TemplateTokenKind.End ? body : throw cursor.Refuse(Supported);
    }

    /// <summary>Parses up to a tag that begins with one of some names; the cursor is left on that name.</summary>
    private List<Statement> ParseBody(params ReadOnlySpan<string> ends)
    {
        _cursor.Enter();
        var body = new List<Statement>();
        while (_cursor.Current.Kind != TemplateTokenKind.End)
        {
            var token = _cursor.Take();
            if (token.Kind == TemplateTokenKind.BlockBegin && ends.Contains(_cursor.Current.Text))
            {
                _cursor.Leave();
                return body;
            }

            body.Add(ParseStatement(token));
        }

        _cursor.Leave();
        return ends.IsEmpty ? body : throw _cursor.Refuse(string.Join(" or ", ends.ToArray()));
    }

    private Statement ParseStatement(TemplateToken token)
    {
        switch (token.Kind)
        {
            case TemplateTokenKind.Data:
                return new Statement.Text(token.Line, TemplateString.FromTemplate(token.Text));
            case TemplateTokenKind.PrintBegin:
                var value = _expressions.Parse();
                _cursor.Expect(TemplateTokenKind.PrintEnd, "}}");
                return new Statement.Print(token.Line, value);
            default:
                return ParseTag(_cursor.Expect(TemplateTokenKind.Name, Supported));
        }
    }

    private Statement ParseTag(TemplateToken name) => name.Text switch
    {
        "if" => ParseIf(name.Line),
        "for" => ParseFor(name.Line),
        "set" => ParseSet(name.Line),
        "generation" => ParseGeneration(name.Line),
        "break" when _loops > 0 => ParseJump(new Statement.Break(name.Line)),
        "continue" when _loops > 0 => ParseJump(new Statement.Continue(name.Line)),
        _ => throw TemplateSyntax.Refuse(name.Line, $"'{name.Text}'", $"{Supported}, where they belong"),
    };

    private Statement.If ParseIf(int line)
    {
        var branches = new List<KeyValuePair<Expression, IReadOnlyList<Statement>>>();
        List<Statement> otherwise = [];
        do
        {
            var condition = _expressions.Parse();
            EndTag();
            branches.Add(new(condition, ParseBody("elif", "else", "endif")));
        }
        while (_cursor.TryTakeName("elif"));

        if (_cursor.TryTakeName("else"))
        {
            EndTag();
            otherwise = ParseBody("endif");
        }

        TakeEnd("endif");
        return new Statement.If(line, branches, otherwise);
    }

    private Statement.For ParseFor(int line)
    {
        var names = ParseNames();
        if (!_cursor.TryTakeName("in"))
        {
            throw _cursor.Refuse("in");
        }

        var items = _expressions.ParseOr();
        var filter = _cursor.TryTakeName("if") ? _expressions.Parse() : null;
        EndTag();
        _loops++;
        var body = ParseBody("else", "endfor");
        _loops--;
        List<Statement> otherwise = [];
        if (_cursor.TryTakeName("else"))
        {
            EndTag();
            otherwise = ParseBody("endfor");
        }

        TakeEnd("endfor");
        return new Statement.For(line, names, items, filter, body, otherwise);
    }

    private List<string> ParseNames()
    {
        var names = new List<string>();
        var parenthesized = _cursor.TryTakeOperator("(");
        do
        {
            names.Add(ExpectVariable());
        }
        while (_cursor.TryTakeOperator(","));

        if (parenthesized)
        {
            _cursor.ExpectOperator(")");
        }

        return names;
    }

    private Statement ParseSet(int line)
    {
        var name = ExpectVariable();
        var member = _cursor.TryTakeOperator(".") ? ExpectVariable() : null;
        if (_cursor.TryTakeOperator("="))
        {
            var value = _expressions.Parse();
            EndTag();
            return new Statement.Set(line, name, member, value);
        }

        EndTag();
        var body = ParseBody("endset");
        TakeEnd("endset");
        return new Statement.Capture(line, name, member, body);
    }

    private Statement.Group ParseGeneration(int line)
    {
        EndTag();
        var body = ParseBody("endgeneration");
        TakeEnd("endgeneration");
        return new Statement.Group(line, body);
    }

    private Statement ParseJump(Statement jump)
    {
        EndTag();
        return jump;
    }

    private string ExpectVariable() => _cursor.Expect(TemplateTokenKind.Name, "a variable's name").Text;

    private void TakeEnd(string name)
    {
        if (!_cursor.TryTakeName(name))
        {
            throw _cursor.Refuse(name);
        }

        EndTag();
    }

    private void EndTag() => _cursor.Expect(TemplateTokenKind.BlockEnd, "%}");
}
