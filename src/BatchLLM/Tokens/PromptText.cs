namespace BatchLLM.Tokens;

/// <summary>
/// A rendered prompt. Special tokens are recognised in it, but not inside the spans that came from the user's data: a
/// row that contains the text of a control token cannot break out of its message.
/// </summary>
/// <param name="Text">The whole prompt.</param>
/// <param name="LiteralSpans">Ascending, disjoint spans of <paramref name="Text"/> that are user data.</param>
public sealed record PromptText(string Text, IReadOnlyList<TextSpan> LiteralSpans);
