using System.Buffers;

namespace BatchLLM.Tokens;

/// <summary>Finds the leftmost, then longest, of a set of literal texts.</summary>
internal sealed class AddedTokenTrie
{
    private readonly Dictionary<(int Node, char Unit), int> _edges = [];
    private readonly List<AddedToken?> _tokens = [null]; // [nodes] the token that ends at the node
    private readonly SearchValues<char> _firstUnits;

    /// <summary>Builds the set; it may be empty.</summary>
    /// <param name="patterns">What to look for, and the token it stands for; of equal texts the first counts.</param>
    public AddedTokenTrie(IEnumerable<KeyValuePair<string, AddedToken>> patterns)
    {
        var firstUnits = new HashSet<char>();
        foreach (var (text, token) in patterns.Where(pattern => pattern.Key.Length > 0))
        {
            firstUnits.Add(text[0]);
            Add(text, token);
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

    private void Add(string text, AddedToken token)
    {
        var node = 0;
        foreach (var unit in text)
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
