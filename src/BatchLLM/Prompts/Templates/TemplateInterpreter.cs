namespace BatchLLM.Prompts.Templates;

/// <summary>Runs the statements of a template for one row.</summary>
internal sealed class TemplateInterpreter(RenderState state)
{
    private readonly ExpressionEvaluator _expressions = new(state);

    /// <summary>The line of the statement that ran last.</summary>
    public int Line { get; private set; }

    /// <summary>Runs statements and appends what they print.</summary>
    /// <exception cref="TemplateException">The template gives up on this row.</exception>
    public TemplateFlow Run(IReadOnlyList<Statement> statements, TemplateScope scope, TemplateStringBuilder output)
    {
        foreach (var statement in statements)
        {
            Line = statement.Line;
            state.Spend(1);
            var flow = Run(statement, scope, output);
            if (flow != TemplateFlow.Next)
            {
                return flow;
            }
        }

        return TemplateFlow.Next;
    }

    private TemplateFlow Run(Statement statement, TemplateScope scope, TemplateStringBuilder output)
    {
        switch (statement)
        {
            case Statement.Text text:
                output.Append(text.Value);
                break;
            case Statement.Print print:
                output.Append(TemplateValues.ToText(_expressions.Evaluate(print.Value, scope)));
                break;
            case Statement.Set set:
                Assign(set.Name, set.Member, _expressions.Evaluate(set.Value, scope), scope);
                break;
            case Statement.Capture capture:
                var captured = new TemplateStringBuilder(state);
                Run(capture.Body, scope, captured);
                Assign(capture.Name, capture.Member, captured.Build(), scope);
                break;
            default:
                return RunControl(statement, scope, output);
        }

        return TemplateFlow.Next;
    }

    private TemplateFlow RunControl(Statement statement, TemplateScope scope, TemplateStringBuilder output) =>
        statement switch
        {
            Statement.If choice => RunIf(choice, scope, output),
            Statement.For loop => RunFor(loop, scope, output),
            Statement.Group group => Run(group.Body, scope, output),
            Statement.Break => TemplateFlow.Break,
            Statement.Continue => TemplateFlow.Continue,
            _ => throw new ArgumentOutOfRangeException(nameof(statement), statement.GetType().Name, "Not a statement."),
        };

    private TemplateFlow RunIf(Statement.If choice, TemplateScope scope, TemplateStringBuilder output)
    {
        foreach (var (condition, body) in choice.Branches)
        {
            if (_expressions.IsTrue(condition, scope))
            {
                return Run(body, scope, output);
            }
        }

        return Run(choice.Otherwise, scope, output);
    }

    private TemplateFlow RunFor(Statement.For loop, TemplateScope scope, TemplateStringBuilder output)
    {
        var items = SelectItems(loop, scope);
        if (items.Count == 0)
        {
            return Run(loop.Otherwise, scope, output);
        }

        for (var i = 0; i < items.Count; i++)
        {
            var pass = new TemplateScope(scope);
            Unpack(loop.Names, items[i], pass);
            pass.Set("loop", new TemplateLoop(items, i));
            if (Run(loop.Body, pass, output) == TemplateFlow.Break)
            {
                break;
            }
        }

        return TemplateFlow.Next;
    }

    private IReadOnlyList<object?> SelectItems(Statement.For loop, TemplateScope scope)
    {
        var items = TemplateValues.Items(_expressions.Evaluate(loop.Items, scope));
        state.Spend(items.Count);
        return loop.Filter is null ? items : [.. items.Where(item => IsSelected(loop, loop.Filter, item, scope))];
    }

    private bool IsSelected(Statement.For loop, Expression filter, object? item, TemplateScope scope)
    {
        var inner = new TemplateScope(scope);
        Unpack(loop.Names, item, inner);
        return _expressions.IsTrue(filter, inner);
    }

    private static void Unpack(IReadOnlyList<string> names, object? item, TemplateScope scope)
    {
        if (names.Count == 1)
        {
            scope.Set(names[0], item);
            return;
        }

        if (item is not IReadOnlyList<object?> parts || parts.Count != names.Count)
        {
            throw new TemplateException($"it unpacks {TemplateValues.Describe(item)} into {names.Count} variables");
        }

        for (var i = 0; i < names.Count; i++)
        {
            scope.Set(names[i], parts[i]);
        }
    }

    private static void Assign(string name, string? member, object? value, TemplateScope scope)
    {
        if (member is null)
        {
            scope.Set(name, value);
        }
        else if (scope.Get(name) is TemplateNamespace space)
        {
            space.Members[member] = value;
        }
        else
        {
            throw new TemplateException($"it sets a member of '{name}', which is no namespace");
        }
    }
}
