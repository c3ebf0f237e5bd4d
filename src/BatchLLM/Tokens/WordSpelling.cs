namespace BatchLLM.Tokens;

/// <summary>Spells a word in the smallest tokens of a vocabulary, from which merging starts.</summary>
/// <param name="word">Valid UTF-8.</param>
/// <param name="tokens">[bytes of the word] to be written.</param>
/// <returns>How many tokens; at most one a byte.</returns>
internal delegate int WordSpelling(ReadOnlySpan<byte> word, Span<int> tokens);
