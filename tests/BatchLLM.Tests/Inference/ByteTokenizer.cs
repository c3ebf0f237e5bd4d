using System.Text;
using BatchLLM.Tokens;

namespace BatchLLM.Tests.Inference;

/// <summary>Id 0 to 255 is that byte; the ids after them are the given texts, null for a special token.</summary>
internal sealed class ByteTokenizer(params string?[] extra) : ITokenizer
{
    private readonly byte[][] _bytes =
    [
        .. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }),
        .. extra.Select(text => text is null ? [] : Encoding.UTF8.GetBytes(text)),
    ];

    public int VocabularySize => _bytes.Length;

    public AffixTokens Affixes { get; init; } = AffixTokens.None;

    /// <summary>Spaces that a decoded text loses at its start.</summary>
    public int AddedSpaces { get; init; }

    public int[] Encode(PromptText prompt) => [.. Encoding.UTF8.GetBytes(prompt.Text).Select(value => (int)value)];

    public int? FindToken(string text) => null;

    public ReadOnlySpan<byte> GetBytes(int token) => _bytes[token];

    public string Decode(ReadOnlySpan<int> tokens)
    {
        var text = DecodeContinuation(tokens);
        return text[..Math.Min(text.Length, AddedSpaces)].Trim(' ') + text[Math.Min(text.Length, AddedSpaces)..];
    }

    public string DecodeContinuation(ReadOnlySpan<int> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            bytes.AddRange(_bytes[token]);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
