using System.Text.Json.Nodes;
using BatchLLM.Parquet.Metadata;

namespace BatchLLM.Tests.Parquet.Nested;

/// <summary>A file of random nested fields and values that is the same for the same seed.</summary>
internal sealed class RandomNesting
{
    private readonly Random _random;
    private readonly List<RandomNode> _fields;

    /// <param name="seed">What it is drawn from.</param>
    /// <param name="mostRows">Rows of a row group at most.</param>
    public RandomNesting(int seed, int mostRows = 2000)
    {
        _random = new Random(seed);
        _fields = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(i => new RandomNode(_random, $"c{i}", 3, 0, 0))];
        var file = new NestedFile([.. _fields.SelectMany(field => field.Elements())], _fields.Count);
        for (var group = _random.Next(1, 4); group > 0; group--)
        {
            AddGroup(file, mostRows);
        }

        Bytes = file.Write();
    }

    public byte[] Bytes { get; }

    public List<string?[]> Rows { get; } = [];

    private void AddGroup(NestedFile file, int mostRows)
    {
        var rows = _random.Next(3) == 0 ? _random.Next(3) : _random.Next(mostRows);
        var version = _random.Next(1, 3);
        var levels = version == 1 && _random.Next(3) == 0 ? ParquetEncoding.BIT_PACKED : ParquetEncoding.RLE;
        var leaves = _fields.SelectMany(field => field.Leaves).ToDictionary(leaf => leaf, leaf => leaf.NewChunk(version, levels));
        var pageEntries = leaves.Keys.ToDictionary(leaf => leaf, _ => _random.Next(1, 2000));
        for (var row = 0; row < rows; row++)
        {
            Rows.Add([.. _fields.Select(field => AddValue(field, leaves, pageEntries))]);
        }

        file.Add(rows, [.. leaves.Values]);
    }

    private string? AddValue(
        RandomNode field, Dictionary<RandomNode, LeafChunk> leaves, Dictionary<RandomNode, int> pageEntries)
    {
        var value = field.NewValue(_random);
        field.Strip(value, 0, 0, (leaf, entry) => Append(leaves[leaf], entry, pageEntries[leaf]));
        return value is JsonValue text ? text.GetValue<string>() : value?.ToJsonString(ParquetFiles.Relaxed);
    }

    /// <summary>A page of version 2 begins with a row; one of version 1 anywhere.</summary>
    private static void Append(LeafChunk chunk, Entry entry, int pageEntries)
    {
        var isFull = chunk.Pages.Count == 0 || chunk.Pages[^1].Count >= pageEntries;
        if (isFull && (chunk.PageVersion == 1 || entry.Repetition == 0))
        {
            chunk.Pages.Add([]);
        }

        chunk.Pages[^1].Add(entry);
    }
}
