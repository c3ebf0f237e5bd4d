namespace BatchLLM.Tokens;

/// <summary>The classes of characters that word scanners tell apart. Disjoint; every character is in one.</summary>
internal enum CharacterClass : byte
{
    /// <summary>Punctuation, symbols, marks, controls: <c>[^\s\p{L}\p{N}]</c>.</summary>
    Other,

    /// <summary><c>\p{L}</c>.</summary>
    Letter,

    /// <summary><c>\p{N}</c>.</summary>
    Number,

    /// <summary>The Unicode property White_Space: U+0085 is in, U+FEFF and U+180E are out.</summary>
    White,
}
