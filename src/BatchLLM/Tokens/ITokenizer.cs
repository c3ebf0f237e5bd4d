namespace BatchLLM.Tokens;

/// <summary>Text to token ids and back. Thread-safe.</summary>
public interface ITokenizer
{
    /// <summary>Ids are below this.</summary>
    int VocabularySize { get; }

    /// <summary>The tokens that a raw text is put between; a chat template writes them itself.</summary>
    AffixTokens Affixes => AffixTokens.None;

    /// <summary>
    /// Most spaces that a text's first token begins with only because the encoding puts them there:
    /// <see cref="Decode"/> drops them, and a continuation of another text has none.
    /// </summary>
    int AddedSpaces => 0;

    /// <summary>
    /// The ids of a prompt. Special tokens outside the literal spans become their ids; nothing is added at the front.
    /// </summary>
    int[] Encode(PromptText prompt);

    /// <summary>The ids of a raw text between its <see cref="Affixes"/>.</summary>
    int[] EncodeWithAffixes(PromptText prompt) => Affixes.Around(Encode(prompt));

    /// <summary>The id of a special or ordinary token by its exact text, or null.</summary>
    int? FindToken(string text);

    /// <summary>The bytes of one token; none for special tokens.</summary>
    ReadOnlySpan<byte> GetBytes(int token);

    /// <summary>The text of a whole completion; special tokens are left out, invalid UTF-8 becomes U+FFFD.</summary>
    string Decode(ReadOnlySpan<int> tokens);

    /// <summary>As <see cref="Decode"/>, for tokens that continue a text: no space in front is dropped.</summary>
    string DecodeContinuation(ReadOnlySpan<int> tokens) => Decode(tokens);
}
