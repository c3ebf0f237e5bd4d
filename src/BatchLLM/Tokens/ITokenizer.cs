namespace BatchLLM.Tokens;

/// <summary>Text to token ids and back. Thread-safe.</summary>
public interface ITokenizer
{
    /// <summary>Ids are below this.</summary>
    int VocabularySize { get; }

    /// <summary>
    /// The ids of a prompt. Special tokens outside the literal spans become their ids; nothing is added at the front.
    /// </summary>
    int[] Encode(PromptText prompt);

    /// <summary>The id of a special or ordinary token by its exact text, or null.</summary>
    int? FindToken(string text);

    /// <summary>The bytes of one token; none for special tokens.</summary>
    ReadOnlySpan<byte> GetBytes(int token);

    /// <summary>The text of a whole completion; special tokens are left out, invalid UTF-8 becomes U+FFFD.</summary>
    string Decode(ReadOnlySpan<int> tokens);
}
