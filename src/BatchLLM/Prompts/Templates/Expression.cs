namespace BatchLLM.Prompts.Templates;

/// <summary>An expression of a template; the cases are nested here.</summary>
internal abstract record Expression
{
    /// <summary>A value written in the template.</summary>
    public sealed record Constant(object? Value) : Expression;

    /// <summary>A variable by name.</summary>
    public sealed record Variable(string Name) : Expression;

    /// <summary><c>[a, b]</c> or <c>(a, b)</c>.</summary>
    public sealed record List(IReadOnlyList<Expression> Items) : Expression;

    /// <summary><c>{'key': value}</c>.</summary>
    public sealed record Map(IReadOnlyList<KeyValuePair<Expression, Expression>> Entries) : Expression;

    /// <summary><c>-a</c>.</summary>
    public sealed record Negate(Expression Operand) : Expression;

    /// <summary><c>not a</c>.</summary>
    public sealed record Not(Expression Operand) : Expression;

    /// <summary><c>a and b</c>: the first false one, or the last.</summary>
    public sealed record And(Expression Left, Expression Right) : Expression;

    /// <summary><c>a or b</c>: the first true one, or the last.</summary>
    public sealed record Or(Expression Left, Expression Right) : Expression;

    /// <summary>Arithmetic and joining of texts.</summary>
    public sealed record Arithmetic(string Operator, Expression Left, Expression Right) : Expression;

    /// <summary><c>a &lt; b &lt;= c</c>: every neighbouring pair compared.</summary>
    public sealed record Comparison(
        Expression First, IReadOnlyList<KeyValuePair<string, Expression>> Rest) : Expression;

    /// <summary><c>a if b else c</c>; undefined without else.</summary>
    public sealed record Conditional(Expression Condition, Expression Then, Expression? Otherwise) : Expression;

    /// <summary><c>a.b</c> and <c>a['b']</c>.</summary>
    public sealed record Item(Expression Target, Expression Key) : Expression;

    /// <summary><c>a[from:to:step]</c>.</summary>
    public sealed record Slice(Expression Target, Expression? From, Expression? To, Expression? Step) : Expression;

    /// <summary><c>a | filter(b)</c>, <c>a.method(b)</c> and <c>function(b)</c>, which has no input.</summary>
    /// <param name="Function">What is called.</param>
    /// <param name="Input">What it is called on.</param>
    /// <param name="Arguments">One for each of its parameters; null where none was given.</param>
    public sealed record Call(TemplateFunction Function, Expression? Input, Expression?[] Arguments) : Expression;

    /// <summary><c>a is test(b)</c>.</summary>
    public sealed record Test(ValueTest Function, Expression Input, Expression? Argument) : Expression;

    /// <summary><c>namespace(a=b)</c>: the one value whose members can be set.</summary>
    public sealed record NewNamespace(IReadOnlyList<KeyValuePair<string, Expression>> Members) : Expression;
}
