namespace BatchLLM.Tokens.Words;

/// <summary>A part of a text, which a match of an expression or the text between two of them may be.</summary>
internal readonly record struct Stretch(int Start, int End, bool IsMatch);
