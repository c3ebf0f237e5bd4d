namespace BatchLLM.Tokens;

/// <summary>The bytes of every token id, in one block.</summary>
internal sealed class TokenBytes
{
    private readonly byte[] _blob;
    private readonly int[] _starts; // [tokens + 1] offsets into the block

    /// <summary>Joins the tokens' bytes.</summary>
    /// <param name="tokens">By id; null for an id that no token has.</param>
    public TokenBytes(byte[]?[] tokens)
    {
        _starts = new int[tokens.Length + 1];
        for (var id = 0; id < tokens.Length; id++)
        {
            _starts[id + 1] = _starts[id] + (tokens[id]?.Length ?? 0);
            LongestToken = Math.Max(LongestToken, tokens[id]?.Length ?? 0);
        }

        _blob = new byte[_starts[^1]];
        for (var id = 0; id < tokens.Length; id++)
        {
            tokens[id]?.CopyTo(_blob, _starts[id]);
        }
    }

    /// <summary>How many ids there are.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>The length in bytes of the longest token.</summary>
    public int LongestToken { get; }

    /// <summary>The bytes of a token; none for an unused id.</summary>
    public ReadOnlySpan<byte> this[int token] => _blob.AsSpan(_starts[token], _starts[token + 1] - _starts[token]);
}
