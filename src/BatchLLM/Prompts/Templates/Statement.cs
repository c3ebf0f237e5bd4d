namespace BatchLLM.Prompts.Templates;

/// <summary>A statement of a template; the cases are nested here.</summary>
/// <param name="Line">The line it starts on, from 1.</param>
internal abstract record Statement(int Line)
{
    /// <summary>Text that is output as it stands.</summary>
    public sealed record Text(int Line, TemplateString Value) : Statement(Line);

    /// <summary><c>{{ value }}</c>.</summary>
    public sealed record Print(int Line, Expression Value) : Statement(Line);

    /// <summary><c>if</c> with its <c>elif</c>s and <c>else</c>.</summary>
    public sealed record If(
        int Line,
        IReadOnlyList<KeyValuePair<Expression, IReadOnlyList<Statement>>> Branches,
        IReadOnlyList<Statement> Otherwise) : Statement(Line);

    /// <summary><c>for a, b in items if filter</c> with its <c>else</c>.</summary>
    public sealed record For(
        int Line,
        IReadOnlyList<string> Names,
        Expression Items,
        Expression? Filter,
        IReadOnlyList<Statement> Body,
        IReadOnlyList<Statement> Otherwise) : Statement(Line);

    /// <summary><c>set name = value</c>, or a namespace's member.</summary>
    public sealed record Set(int Line, string Name, string? Member, Expression Value) : Statement(Line);

    /// <summary><c>set name</c> … <c>endset</c>: the output of the body.</summary>
    public sealed record Capture(
        int Line, string Name, string? Member, IReadOnlyList<Statement> Body) : Statement(Line);

    /// <summary><c>generation</c> … <c>endgeneration</c>: a mark for training; only the body counts here.</summary>
    public sealed record Group(int Line, IReadOnlyList<Statement> Body) : Statement(Line);

    /// <summary>Leaves the loop.</summary>
    public sealed record Break(int Line) : Statement(Line);

    /// <summary>Goes on with the loop's next item.</summary>
    public sealed record Continue(int Line) : Statement(Line);
}
