namespace BatchLLM.Prompts.Templates;

/// <summary>Parses expressions: recursive descent, one method per level of precedence, loosest first.</summary>
internal sealed partial class ExpressionParser(
    TemplateCursor cursor, TemplateVariables variables, IReadOnlySet<string> macros)
{
    private static readonly string[] Sums = ["+", "-"];
    private static readonly string[] Products = ["*", "//", "/", "%"];
    private static readonly string[] Comparisons = ["==", "!=", "<=", ">=", "<", ">"];

    /// <summary>Parses an expression, including <c>a if b else c</c>.</summary>
    /// <exception cref="BatchLLMException">It is malformed, or uses what is not supported.</exception>
    public Expression Parse()
    {
        cursor.Enter();
        var value = ParseOr();
        while (cursor.TryTakeName("if"))
        {
            var condition = ParseOr();
            var otherwise = cursor.TryTakeName("else") ? Parse() : null;
            value = new Expression.Conditional(condition, value, otherwise);
        }

        cursor.Leave();
        return value;
    }

    /// <summary>Parses an expression, or several with commas between them, which make a list.</summary>
    public Expression ParseItemsOrOne()
    {
        var first = Parse();
        if (!cursor.IsOperator(","))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (cursor.TryTakeOperator(","))
        {
            items.Add(Parse());
        }

        return new Expression.List([.. items]);
    }

    /// <summary>Parses <c>filter | filter</c>, applied to a value.</summary>
    public Expression ParseFilters(Expression value)
    {
        do
        {
            value = ParseFilter(value);
        }
        while (cursor.TryTakeOperator("|"));

        return value;
    }

    /// <summary>Parses an expression in which <c>if</c> does not follow, such as the items of a loop.</summary>
    public Expression ParseOr() => ParseChain(
        ParseAnd, () => cursor.TryTakeName("or"), left => new Expression.Or(left, ParseAnd()));

    private Expression ParseAnd() => ParseChain(
        ParseNot, () => cursor.TryTakeName("and"), left => new Expression.And(left, ParseNot()));

    private Expression ParseNot()
    {
        if (!cursor.TryTakeName("not"))
        {
            return ParseComparison();
        }

        cursor.Enter();
        var operand = ParseNot();
        cursor.Leave();
        return new Expression.Not(operand);
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        var rest = new List<KeyValuePair<string, Expression>>();
        while (TryTakeComparison(out var comparison))
        {
            rest.Add(new(comparison, ParseSum()));
        }

        return rest.Count == 0 ? first : new Expression.Comparison(first, [.. rest]);
    }

    private bool TryTakeComparison(out string comparison)
    {
        if (cursor.IsName("not") && cursor.Following is { Kind: TemplateTokenKind.Name, Text: "in" })
        {
            cursor.Take();
            cursor.Take();
            comparison = "not in";
            return true;
        }

        comparison = cursor.Current.Text;
        return cursor.TryTakeName("in") || TryTakeAny(Comparisons, out comparison);
    }

    private Expression ParseSum() => ParseArithmetic(ParseJoin, Sums);

    private Expression ParseJoin() => ParseArithmetic(ParseProduct, ["~"]);

    private Expression ParseProduct() => ParseArithmetic(() => ParseUnary(), Products);

    private Expression ParseArithmetic(Func<Expression> operand, string[] operators)
    {
        var text = "";
        return ParseChain(
            operand,
            () => TryTakeAny(operators, out text),
            left => Combine(text, left, operand()));
    }

    private static Expression Combine(string operation, Expression left, Expression right) => (operation, left) switch
    {
        ("+", Expression.Sum sum) => new Expression.Sum([.. sum.Terms, right]),
        ("+", _) => new Expression.Sum([left, right]),
        ("~", Expression.Join join) => new Expression.Join([.. join.Parts, right]),
        ("~", _) => new Expression.Join([left, right]),
        _ => new Expression.Arithmetic(operation, left, right),
    };

    /// <summary>
    /// Parses a left-associative chain. Each link puts what stands left of it one level deeper, so links count as
    /// nesting.
    /// </summary>
    private Expression ParseChain(Func<Expression> first, Func<bool> tryTakeLink, Func<Expression, Expression> link)
    {
        var value = first();
        var links = 0;
        while (tryTakeLink())
        {
            cursor.Enter();
            links++;
            value = link(value);
        }

        cursor.Leave(links);
        return value;
    }

    private Expression ParseUnary(bool withFilters = true)
    {
        if (!cursor.TryTakeOperator("-"))
        {
            return ParsePostfix(ParsePrimary(), withFilters);
        }

        cursor.Enter();
        var operand = ParseUnary(withFilters: false);
        cursor.Leave();
        return ParsePostfix(new Expression.Negate(operand), withFilters);
    }

    private bool TryTakeAny(string[] operators, out string taken)
    {
        taken = cursor.Current.Text;
        return cursor.Current.Kind == TemplateTokenKind.Operator && operators.Contains(taken)
            && cursor.TryTakeOperator(taken);
    }
}
