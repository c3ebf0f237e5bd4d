namespace BatchLLM.Tokens.Words;

/// <summary>Conditions on a place in the text.</summary>
internal enum PlaceKind
{
    /// <summary><c>^</c>: the text's start, or after a line feed that is not the text's last character.</summary>
    LineStart,

    /// <summary><c>$</c>: the text's end, or before a line feed.</summary>
    LineEnd,

    /// <summary><c>\A</c>.</summary>
    TextStart,

    /// <summary><c>\z</c>.</summary>
    TextEnd,

    /// <summary><c>\b</c>: between a character of <c>\w</c> and one outside it, or the text's end.</summary>
    WordBoundary,

    /// <summary><c>\B</c>.</summary>
    NoWordBoundary,
}
