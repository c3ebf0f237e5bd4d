namespace BatchLLM.Tokens.Words;

/// <summary>A part of a parsed expression.</summary>
internal abstract record PatternNode
{
    /// <summary>One character of a set.</summary>
    public sealed record Characters(CodePointSet Set) : PatternNode;

    /// <summary>Parts one after the other; without parts the empty text.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>The first of several that lets the whole expression match.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Branches) : PatternNode;

    /// <summary>A part several times.</summary>
    /// <param name="Part">What is repeated.</param>
    /// <param name="Minimum">The fewest times.</param>
    /// <param name="Maximum">The most times; null for any number.</param>
    /// <param name="IsLazy">True if fewer times are tried before more.</param>
    public sealed record Repetition(PatternNode Part, int Minimum, int? Maximum, bool IsLazy) : PatternNode;

    /// <summary>Whether a part matches what follows, which is not consumed.</summary>
    public sealed record Lookahead(PatternNode Part, bool IsNegative) : PatternNode;

    /// <summary>A condition on the place.</summary>
    public sealed record Place(PlaceKind Kind) : PatternNode;
}
