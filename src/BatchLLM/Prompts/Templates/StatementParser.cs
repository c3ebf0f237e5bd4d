namespace BatchLLM.Prompts.Templates;

/// <summary>Parses the statements of a template.</summary>
internal sealed class StatementParser
{
    private const string Supported = "if, for, set, macro, filter, break, continue or generation";

    private readonly TemplateCursor _cursor;
    private readonly TemplateVariables _variables = new();
    private readonly ExpressionParser _expressions;
    private int _loops;

    private StatementParser(TemplateCursor cursor, IReadOnlySet<string> macros) =>
        (_cursor, _expressions) = (cursor, new ExpressionParser(cursor, _variables, macros));

    /// <summary>Parses a whole template.</summary>
    /// <param name="source">The template.</param>
    /// <param name="variables">The variables it uses.</param>
    /// <exception cref="BatchLLMException">It is malformed, or uses what is not supported.</exception>
    public static Body Parse(string source, out TemplateVariables variables)
    {
        var tokens = TemplateLexer.Tokenize(source);
        var cursor = new TemplateCursor(tokens);
        var parser = new StatementParser(cursor, MacroNames(tokens));
        variables = parser._variables;
        var body = new Body([.. parser.ParseBody()], []);
        return cursor.Current.Kind == TemplateTokenKind.End ? body : throw cursor.Refuse(Supported);
    }

    // Known before the rest, for macros may call those that follow: what is called must be a macro or a function.
    private static HashSet<string> MacroNames(List<TemplateToken> tokens)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 2; i < tokens.Count; i++)
        {
            if (tokens[i - 2].Kind == TemplateTokenKind.BlockBegin
                && tokens[i - 1] is { Kind: TemplateTokenKind.Name, Text: "macro" })
            {
                names.Add(tokens[i].Text);
            }
        }

        return names;
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
        "macro" => ParseMacro(name.Line),
        "filter" => ParseFilterBlock(name.Line),
        "generation" => ParseGeneration(name.Line),
        "break" when _loops > 0 => ParseJump(new Statement.Jump(name.Line, TemplateFlow.Break)),
        "continue" when _loops > 0 => ParseJump(new Statement.Jump(name.Line, TemplateFlow.Continue)),
        _ => throw TemplateSyntax.Refuse(name.Line, $"'{name.Text}'", $"{Supported}, where they belong"),
    };

    private Statement.If ParseIf(int line)
    {
        var branches = new List<KeyValuePair<Expression, Body>>();
        var otherwise = Body.Empty;
        do
        {
            var condition = _expressions.Parse();
            EndTag();
            branches.Add(new(condition, new Body([.. ParseBody("elif", "else", "endif")], [])));
        }
        while (_cursor.TryTakeName("elif"));

        if (_cursor.TryTakeName("else"))
        {
            EndTag();
            otherwise = new Body([.. ParseBody("endif")], []);
        }

        TakeEnd("endif");
        return new Statement.If(line, [.. branches], otherwise);
    }

    private Statement.For ParseFor(int line)
    {
        var names = ParseNames();
        if (!_cursor.TryTakeName("in"))
        {
            throw _cursor.Refuse("in");
        }

        var items = _expressions.ParseOr();
        _variables.Enter();
        var slots = names.ConvertAll(_variables.Declare);
        AssignmentTarget target = slots.Count == 1
            ? new AssignmentTarget.Variable(slots[0])
            : new AssignmentTarget.Variables([.. slots]);
        var filter = _cursor.TryTakeName("if") ? _expressions.Parse() : null;
        var loop = _variables.Declare("loop");
        EndTag();
        _loops++;
        var statements = ParseBody("else", "endfor");
        _loops--;
        var body = new Body([.. statements], _variables.Leave());
        return new Statement.For(line, target, loop, items, filter, body, ParseElseOfLoop());
    }

    private Body ParseElseOfLoop()
    {
        if (!_cursor.TryTakeName("else"))
        {
            TakeEnd("endfor");
            return Body.Empty;
        }

        return ParseScope("endfor");
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

    private Statement.Set ParseSet(int line)
    {
        var names = ParseNames();
        var member = names.Count == 1 && _cursor.TryTakeOperator(".") ? ExpectVariable() : null;
        if (!_cursor.TryTakeOperator("="))
        {
            var captured = new Expression.Captured(ParseScope("endset"));
            return new Statement.Set(line, Target(names, member), captured);
        }

        var value = _expressions.ParseItemsOrOne();
        EndTag();
        return new Statement.Set(line, Target(names, member), value);
    }

    // The value is parsed first: it does not see what is being set.
    private AssignmentTarget Target(List<string> names, string? member) =>
        member is not null ? new AssignmentTarget.Member(names[0], _variables.Resolve(names[0]), member)
        : names.Count == 1 ? new AssignmentTarget.Variable(_variables.Assign(names[0]))
        : new AssignmentTarget.Variables([.. names.Select(_variables.Assign)]);

    private Statement.Print ParseFilterBlock(int line)
    {
        // The filters stand before what they are applied to, which is parsed when they are.
        var filters = _cursor.Mark();
        while (_cursor.Current.Kind != TemplateTokenKind.BlockEnd)
        {
            _cursor.Take();
        }

        var captured = new Expression.Captured(ParseScope("endfilter"));
        var end = _cursor.Return(filters);
        var value = _expressions.ParseFilters(captured);
        _cursor.Return(end);
        return new Statement.Print(line, value);
    }

    private Statement.DefineMacro ParseMacro(int line)
    {
        var name = ExpectVariable();
        var slot = _variables.Assign(name);
        var loops = _loops;
        var declared = _variables.DeclaredCount;
        _variables.Enter();
        _loops = 0; // a macro in a loop cannot leave that loop
        var parameters = ParseParameters();
        EndTag();
        var statements = ParseBody("endmacro");
        TakeEnd("endmacro");
        _loops = loops;
        var body = new Body([.. statements], _variables.Leave());
        return new Statement.DefineMacro(
            line, slot, new TemplateMacro(name, parameters, body, _variables.DeclaredSince(declared)));
    }

    private MacroParameter[] ParseParameters()
    {
        var parameters = new List<MacroParameter>();
        _cursor.ExpectOperator("(");
        while (!_cursor.TryTakeOperator(")"))
        {
            var name = ExpectVariable();
            var slot = _variables.Declare(name);
            parameters.Add(new(name, slot, _cursor.TryTakeOperator("=") ? _expressions.Parse() : null));
            if (!_cursor.IsOperator(")"))
            {
                _cursor.ExpectOperator(",");
            }
        }

        return [.. parameters];
    }

    private Statement.Group ParseGeneration(int line) => new(line, ParseScope("endgeneration"));

    /// <summary>Parses the rest of a tag and a body that is a scope of its own, up to its end tag.</summary>
    private Body ParseScope(string end)
    {
        EndTag();
        _variables.Enter();
        var statements = ParseBody(end);
        TakeEnd(end);
        return new Body([.. statements], _variables.Leave());
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
