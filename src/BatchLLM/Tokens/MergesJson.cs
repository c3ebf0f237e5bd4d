using System.Text.Json;

namespace BatchLLM.Tokens;

/// <summary>Reads the merges of tokenizer.json: "a b" up to version 0.20 of the format's own library, ["a", "b"] since.</summary>
internal sealed class MergesJson
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _vocabulary;
    private char[] _union = new char[64];

    private MergesJson(Dictionary<string, int> vocabulary) =>
        _vocabulary = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The merges in file order.</summary>
    /// <exception cref="BatchLLMException">The section is damaged, or names what is no token.</exception>
    public static List<Merge> Read(JsonPart section, Dictionary<string, int> vocabulary)
    {
        if (section.Element.ValueKind != JsonValueKind.Array)
        {
            throw section.Refuse("an array of merges");
        }

        var reader = new MergesJson(vocabulary);
        var merges = new List<Merge>(section.Element.GetArrayLength());
        foreach (var entry in section.Element.EnumerateArray())
        {
            merges.Add(reader.TryRead(entry, merges.Count, out var merge)
                ? merge
                : throw new JsonPart(entry, $"{section.Path}[{merges.Count}]").Refuse(
                    "two tokens of the vocabulary whose union is one too"));
        }

        return merges;
    }

    private bool TryRead(JsonElement entry, int rank, out Merge merge)
    {
        merge = default;
        return entry.ValueKind switch
        {
            JsonValueKind.String => TryReadJoined(entry.GetString(), rank, out merge),
            JsonValueKind.Array => TryReadPair(entry, rank, out merge),
            _ => false,
        };
    }

    private bool TryReadJoined(ReadOnlySpan<char> joined, int rank, out Merge merge)
    {
        merge = default;
        var space = joined.IndexOf(' ');
        return space >= 0 && !joined[(space + 1)..].Contains(' ')
            && TryFind(joined[..space], joined[(space + 1)..], rank, out merge);
    }

    private bool TryReadPair(JsonElement pair, int rank, out Merge merge)
    {
        merge = default;
        return pair.GetArrayLength() == 2
            && pair[0].ValueKind == JsonValueKind.String
            && pair[1].ValueKind == JsonValueKind.String
            && TryFind(pair[0].GetString(), pair[1].GetString(), rank, out merge);
    }

    private bool TryFind(ReadOnlySpan<char> left, ReadOnlySpan<char> right, int rank, out Merge merge)
    {
        if (_union.Length < left.Length + right.Length)
        {
            _union = new char[left.Length + right.Length];
        }

        left.CopyTo(_union);
        right.CopyTo(_union.AsSpan(left.Length));
        var found = _vocabulary.TryGetValue(left, out var leftId)
            & _vocabulary.TryGetValue(right, out var rightId)
            & _vocabulary.TryGetValue(_union.AsSpan(0, left.Length + right.Length), out var merged);
        merge = new Merge(leftId, rightId, rank, merged);
        return found;
    }
}
