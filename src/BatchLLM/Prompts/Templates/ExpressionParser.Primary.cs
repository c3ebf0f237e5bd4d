using System.Globalization;

namespace BatchLLM.Prompts.Templates;

/// <content>Values: constants, names, lists, maps and brackets.</content>
internal sealed partial class ExpressionParser
{
    private Expression ParsePrimary()
    {
        var token = cursor.Current;
        switch (token.Kind)
        {
            case TemplateTokenKind.Name:
                return ParseName(cursor.Take());
            case TemplateTokenKind.Text:
                return ParseTexts();
            case TemplateTokenKind.Integer when long.TryParse(token.Text, CultureInfo.InvariantCulture, out var value):
                cursor.Take();
                return new Expression.Constant(value);
            case TemplateTokenKind.Number:
                return new Expression.Constant(double.Parse(cursor.Take().Text, CultureInfo.InvariantCulture));
            case TemplateTokenKind.Operator when token.Text is "(" or "[" or "{":
                return ParseBracket(cursor.Take().Text);
            default:
                throw cursor.Refuse("a value");
        }
    }

    private Expression ParseName(TemplateToken name) => name.Text switch
    {
        "true" or "True" => new Expression.Constant(true),
        "false" or "False" => new Expression.Constant(false),
        "none" or "None" => new Expression.Constant(null),
        "and" or "or" or "not" or "in" or "is" or "if" or "else" =>
            throw TemplateSyntax.Refuse(name.Line, $"'{name.Text}'", "a value"),
        "namespace" when cursor.IsOperator("(") => ParseNamespace(name.Line),
        _ when cursor.IsOperator("(") && macros.Contains(name.Text) => new Expression.MacroCall(
            name.Text, variables.Resolve(name.Text), MacroArguments(name.Line)),
        _ when cursor.IsOperator("(") => ParseCall(name, TemplateGlobals.All, null, "function"),
        _ => new Expression.Variable(variables.Resolve(name.Text)),
    };

    private KeyValuePair<string?, Expression>[] MacroArguments(int line)
    {
        var arguments = ParseArguments();
        return arguments.SkipWhile(argument => argument.Name is null).Any(argument => argument.Name is null)
            ? throw TemplateSyntax.Refuse(line, "an argument without name after one with a name", "names last")
            : [.. arguments.Select(argument => KeyValuePair.Create(argument.Name, argument.Value))];
    }

    private Expression.NewNamespace ParseNamespace(int line)
    {
        var arguments = ParseArguments();
        return arguments.Any(argument => argument.Name is null)
            ? throw TemplateSyntax.Refuse(line, "a namespace argument without name", "name=value")
            : new Expression.NewNamespace(
                [.. arguments.Select(argument => KeyValuePair.Create(argument.Name!, argument.Value))]);
    }

    // Neighbouring texts are one, as in Python.
    private Expression.Constant ParseTexts()
    {
        var text = "";
        while (cursor.Current.Kind == TemplateTokenKind.Text)
        {
            text += cursor.Take().Text;
        }

        return new Expression.Constant(TemplateString.FromTemplate(text));
    }

    private Expression ParseBracket(string open)
    {
        cursor.Enter();
        var value = open switch
        {
            "(" => ParseParenthesis(),
            "[" => new Expression.List([.. ParseItems("]")]),
            _ => ParseMap(),
        };
        cursor.Leave();
        return value;
    }

    private Expression ParseParenthesis()
    {
        if (cursor.TryTakeOperator(")"))
        {
            return new Expression.List([]);
        }

        var first = Parse();
        if (cursor.TryTakeOperator(")"))
        {
            return first;
        }

        cursor.ExpectOperator(",");
        return new Expression.List([first, .. ParseItems(")")]);
    }

    private List<Expression> ParseItems(string close)
    {
        var items = new List<Expression>();
        while (!cursor.TryTakeOperator(close))
        {
            items.Add(Parse());
            if (!cursor.IsOperator(close))
            {
                cursor.ExpectOperator(",");
            }
        }

        return items;
    }

    private Expression.Map ParseMap()
    {
        var entries = new List<KeyValuePair<Expression, Expression>>();
        while (!cursor.TryTakeOperator("}"))
        {
            var key = Parse();
            cursor.ExpectOperator(":");
            entries.Add(new(key, Parse()));
            if (!cursor.IsOperator("}"))
            {
                cursor.ExpectOperator(",");
            }
        }

        return new Expression.Map([.. entries]);
    }
}
