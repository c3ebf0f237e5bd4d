namespace BatchLLM.Prompts.Templates;

/// <content>What follows a value: members, items, calls, filters and tests.</content>
internal sealed partial class ExpressionParser
{
    private Expression ParsePostfix(Expression value, bool withFilters)
    {
        var links = 0;
        while (TryParseLink(value, withFilters) is { } next)
        {
            cursor.Enter();
            links++;
            value = next;
        }

        cursor.Leave(links);
        return value;
    }

    private Expression? TryParseLink(Expression value, bool withFilters)
    {
        if (cursor.TryTakeOperator("."))
        {
            return ParseMember(value);
        }

        if (cursor.TryTakeOperator("["))
        {
            return ParseItem(value);
        }

        if (withFilters && cursor.TryTakeOperator("|"))
        {
            return ParseFilter(value);
        }

        if (withFilters && cursor.TryTakeName("is"))
        {
            return ParseTest(value);
        }

        return cursor.IsOperator("(") ? throw cursor.Refuse("a call of a function or method by name") : null;
    }

    private Expression ParseMember(Expression value)
    {
        if (cursor.Current.Kind == TemplateTokenKind.Integer)
        {
            return new Expression.Item(value, ParsePrimary());
        }

        var name = cursor.Expect(TemplateTokenKind.Name, "a member's name");
        return cursor.IsOperator("(")
            ? ParseCall(name, TemplateMethods.All, value, "method")
            : new Expression.Item(value, new Expression.Constant(TemplateString.FromTemplate(name.Text)));
    }

    private Expression ParseItem(Expression value)
    {
        var from = cursor.IsOperator(":") ? null : Parse();
        if (cursor.TryTakeOperator("]"))
        {
            return new Expression.Item(value, from!);
        }

        cursor.ExpectOperator(":");
        var to = cursor.IsOperator(":") || cursor.IsOperator("]") ? null : Parse();
        var step = cursor.TryTakeOperator(":") && !cursor.IsOperator("]") ? Parse() : null;
        cursor.ExpectOperator("]");
        return new Expression.Slice(value, from, to, step);
    }

    private Expression.Call ParseFilter(Expression value)
    {
        var name = cursor.Expect(TemplateTokenKind.Name, "a filter's name");
        var call = ParseCall(name, TemplateFilters.All, value, "filter");
        if (TemplateFilters.TestParameter(name.Text) is { } index)
        {
            RequireKnownTest(call.Arguments[index], name.Line);
        }

        return call;
    }

    // Filters take a test by its name; a name that is written out is checked now and not when a row reaches it.
    private static void RequireKnownTest(Expression? test, int line)
    {
        if (test is Expression.Constant { Value: TemplateString name } && !ValueTests.All.ContainsKey(name.Text))
        {
            throw RefuseUnknown(line, "test", name.Text, ValueTests.All.Keys);
        }
    }

    private Expression ParseTest(Expression value)
    {
        var negated = cursor.TryTakeName("not");
        var name = cursor.Expect(TemplateTokenKind.Name, "a test's name");
        if (!ValueTests.All.TryGetValue(name.Text, out var test))
        {
            throw RefuseUnknown(name.Line, "test", name.Text, ValueTests.All.Keys);
        }

        var result = new Expression.Test(test, value, test.TakesArgument ? ParseTestArgument() : null);
        return negated ? new Expression.Not(result) : result;
    }

    private Expression ParseTestArgument()
    {
        cursor.Enter();
        var parenthesized = cursor.TryTakeOperator("(");
        var argument = parenthesized ? Parse() : ParseUnary(withFilters: false);
        if (parenthesized)
        {
            cursor.ExpectOperator(")");
        }

        cursor.Leave();
        return argument;
    }

    private Expression.Call ParseCall(
        TemplateToken name, IReadOnlyDictionary<string, TemplateFunction> known, Expression? input, string kind)
    {
        if (!known.TryGetValue(name.Text, out var function))
        {
            throw RefuseUnknown(name.Line, kind, name.Text, known.Keys);
        }

        var arguments = new Expression?[function.Parameters.Length];
        var position = 0;
        foreach (var (parameter, value) in ParseArguments())
        {
            var index = parameter is null ? position++ : Array.IndexOf(function.Parameters, parameter);
            if (index < 0 || index >= arguments.Length || arguments[index] is not null)
            {
                throw TemplateSyntax.Refuse(
                    name.Line, $"an argument '{parameter}' too many for {kind} '{name.Text}'", Signature(function));
            }

            arguments[index] = value;
        }

        return arguments.Take(function.Required).Contains(null)
            ? throw TemplateSyntax.Refuse(
                name.Line, $"{kind} '{name.Text}' with too few arguments", Signature(function))
            : new Expression.Call(function, input, arguments);
    }

    /// <summary>The arguments in brackets, if there are brackets; positional ones have no name.</summary>
    private List<(string? Name, Expression Value)> ParseArguments()
    {
        var arguments = new List<(string?, Expression)>();
        if (!cursor.TryTakeOperator("("))
        {
            return arguments;
        }

        while (!cursor.TryTakeOperator(")"))
        {
            arguments.Add(ParseArgument());
            if (!cursor.IsOperator(")"))
            {
                cursor.ExpectOperator(",");
            }
        }

        return arguments;
    }

    private (string? Name, Expression Value) ParseArgument()
    {
        if (cursor.Current.Kind == TemplateTokenKind.Name
            && cursor.Following is { Kind: TemplateTokenKind.Operator, Text: "=" })
        {
            var name = cursor.Take().Text;
            cursor.Take();
            return (name, Parse());
        }

        return (null, Parse());
    }

    private static string Signature(TemplateFunction function) => function.Parameters.Length == 0
        ? "none"
        : $"({string.Join(", ", function.Parameters)}), of which {function.Required} must be given";

    private static BatchLLMException RefuseUnknown(int line, string kind, string name, IEnumerable<string> known) =>
        TemplateSyntax.Refuse(
            line, $"the {kind} '{name}'", $"a supported one: {string.Join(", ", known.Order(StringComparer.Ordinal))}");
}
