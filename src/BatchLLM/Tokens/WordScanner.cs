namespace BatchLLM.Tokens;

/// <summary>
/// Cuts text into the words that byte-pair encoding never crosses: the pre-tokenizer's regular expression.
/// </summary>
/// <param name="utf8">Valid UTF-8.</param>
/// <param name="start">Where the word begins; below the text's length.</param>
/// <returns>Where it ends; always beyond <paramref name="start"/>.</returns>
internal delegate int WordScanner(ReadOnlySpan<byte> utf8, int start);
