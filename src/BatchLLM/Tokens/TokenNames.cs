using System.Text;

namespace BatchLLM.Tokens;

/// <summary>Finds tokens by their text.</summary>
internal sealed class TokenNames
{
    private readonly TokenBytes _spellings;
    private readonly Dictionary<string, int> _addedIds = [];

    /// <summary>Names tokens.</summary>
    /// <param name="spellings">The bytes of each token; none for special ones.</param>
    /// <param name="addedTokens">Tokens recognised by their text; they go first.</param>
    public TokenNames(TokenBytes spellings, IEnumerable<AddedToken> addedTokens)
    {
        _spellings = spellings;
        foreach (var token in addedTokens)
        {
            _addedIds[token.Text] = token.Id;
        }
    }

    /// <summary>The token of a text, whether or not merging reaches it; null if there is none. Asked a few times per job.</summary>
    public int? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_addedIds.TryGetValue(text, out var added))
        {
            return added;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        for (var id = 0; id < _spellings.Count && bytes.Length > 0; id++)
        {
            if (_spellings[id].SequenceEqual(bytes))
            {
                return id;
            }
        }

        return null;
    }
}
