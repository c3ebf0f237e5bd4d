using System.Buffers;

namespace BatchLLM.Tokens;

/// <summary>Finds the leftmost, then longest, of a set of literal texts.</summary>
internal sealed class AddedTokenTrie
{
    private readonly Dictionary<(int Node, char Unit), int> _edges = [];
    private readonly List<AddedToken?> _tokens = [null]; // [nodes] the token that ends at the node
    private readonly SearchValues<char> _firstUnits;

    /// <summary>Builds the set; it may be empty.</summary>
    /// <param name="tokens">What to look for; of equal patterns a special token's, then the first, counts.</param>
    public AddedTokenTrie(IEnumerable<AddedToken> tokens)
    {
        var firstUnits = new HashSet<char>();
        foreach (var token in tokens.Where(token => token.Pattern.Length > 0).OrderByDescending(token => token.IsSpecial))
        {
            firstUnits.Add(token.Pattern[0]);
            Add(token);
        }

        _firstUnits = SearchValues.Create([.. firstUnits]);
    }

    /// <summary>True if there is nothing to find.</summary>
    public bool IsEmpty => _edges.Count == 0;

    /// <summary>The first match at or after an index and wholly before an end.</summary>
    public bool TryFind(string text, int start, int end, out AddedTokenMatch match)
    {
        for (var at = start; at < end; at++)
        {
            var offset = text.AsSpan(at..end).IndexOfAny(_firstUnits);
            if (offset < 0)
            {
                break;
            }

            at += offset;
            match = LongestAt(text, at, end);
            if (match.Token is not null)
            {
                return true;
            }
        }

        match = default;
        return false;
    }

    private AddedTokenMatch LongestAt(string text, int start, int end)
    {
        var longest = default(AddedTokenMatch);
        var node = 0;
        for (var at = start; at < end && _edges.TryGetValue((node, text[at]), out node); at++)
        {
            if (_tokens[node] is { } token)
            {
                longest = new AddedTokenMatch(start, at + 1, token);
            }
        }

        return longest;
    }

    private void Add(AddedToken token)
    {
        var node = 0;
        foreach (var unit in token.Pattern)
        {
            if (!_edges.TryGetValue((node, unit), out var next))
            {
                next = _tokens.Count;
                _tokens.Add(null);
                _edges.Add((node, unit), next);
            }

            node = next;
        }

        _tokens[node] ??= token;
    }
}
