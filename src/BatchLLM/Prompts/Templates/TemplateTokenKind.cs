namespace BatchLLM.Prompts.Templates;

/// <summary>What a <see cref="TemplateToken"/> is.</summary>
internal enum TemplateTokenKind
{
    /// <summary>Text between tags, white space already trimmed as the tags ask.</summary>
    Data,

    /// <summary>The start of a statement.</summary>
    BlockBegin,

    /// <summary>The end of a statement.</summary>
    BlockEnd,

    /// <summary>The start of an expression that is printed.</summary>
    PrintBegin,

    /// <summary>The end of an expression that is printed.</summary>
    PrintEnd,

    /// <summary>A name or a keyword.</summary>
    Name,

    /// <summary>A text in quotes; the token holds its value.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a point or an exponent.</summary>
    Number,

    /// <summary>An operator or a bracket.</summary>
    Operator,

    /// <summary>The end of the template.</summary>
    End,
}
