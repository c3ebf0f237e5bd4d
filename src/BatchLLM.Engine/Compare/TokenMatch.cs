namespace BatchLLM.Engine.Compare;

/// <summary>How far two completions of one prompt agree, token by token.</summary>
/// <param name="FirstDivergence">Equal tokens before the first difference; null if the completions are identical.</param>
/// <param name="EqualTokens">Positions at which both have the same token.</param>
/// <param name="Length">Tokens of the longer one.</param>
public readonly record struct TokenMatch(int? FirstDivergence, int EqualTokens, int Length)
{
    /// <summary>Matches two completions, without their closing stop tokens.</summary>
    public static TokenMatch Of(ReadOnlySpan<int> one, ReadOnlySpan<int> other)
    {
        var equal = 0;
        for (var i = 0; i < Math.Min(one.Length, other.Length); i++)
        {
            equal += one[i] == other[i] ? 1 : 0;
        }

        var isIdentical = one.Length == other.Length && equal == one.Length;
        return new TokenMatch(
            isIdentical ? null : one.CommonPrefixLength(other), equal, Math.Max(one.Length, other.Length));
    }
}
