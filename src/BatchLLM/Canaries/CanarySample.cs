using BatchLLM.Jobs;
using BatchLLM.Preflight;

namespace BatchLLM.Canaries;

/// <summary>
/// Draws a canary's rows, as many of each file as it has of the job's, and of each file short and long prompts alike. A seed decides.
/// Pure.
/// </summary>
/// <remarks>
/// To know all lengths, all rows would have to be read. So candidates are read first: the beginnings of some shards, all over the
/// files, of which a job of a few thousand rows has all.
/// </remarks>
public static class CanarySample
{
    private const int FewestCandidates = 4096;
    private const int CandidatesPerRow = 8;
    private const int FewestPieces = 64;

    /// <summary>What is read to draw from: beginnings of shards, in the job's order.</summary>
    /// <param name="shards">All shards of the job, in order.</param>
    /// <param name="rows">How many rows will be drawn.</param>
    /// <param name="seed">Decides.</param>
    public static IReadOnlyList<NewShard> Pieces(IReadOnlyList<NewShard> shards, int rows, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(shards);
        var bits = new SeededBits(seed);
        var files = shards.GroupBy(shard => shard.FileIndex).Select(file => file.ToList()).ToList();
        var candidates = Math.Max(FewestCandidates, CandidatesPerRow * rows);
        var perPiece = Math.Max(1, candidates / Math.Min(shards.Count, Math.Max(FewestPieces, rows)));
        var wanted = files.Select(file => file.Sum(shard => shard.Range.RowCount)).ToList();
        var counts = Apportionment.Share(Math.Max(1, candidates / perPiece), wanted, [.. files.Select(file => file.Count)]);
        return [.. files.Zip(counts).SelectMany(file => Spread(file.First, file.Second, bits)).Select(shard => Beginning(shard, perPiece))];
    }

    /// <summary>The rows that run, as indexes of the candidates, in their order.</summary>
    /// <param name="candidates">File and prompt length in tokens of each; 0 tokens for a row that has failed already.</param>
    /// <param name="fileRows">Rows of each file of the job.</param>
    /// <param name="rows">How many are drawn; all, if there are fewer.</param>
    /// <param name="seed">Decides.</param>
    public static IReadOnlyList<int> Draw(
        IReadOnlyList<(int File, int Length)> candidates, IReadOnlyDictionary<int, long> fileRows, int rows, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(fileRows);
        var bits = new SeededBits(seed);
        var files = Enumerable.Range(0, candidates.Count).GroupBy(index => candidates[index].File).ToList();
        var counts = Apportionment.Share(rows, [.. files.Select(file => fileRows[file.Key])], [.. files.Select(file => file.Count())]);
        return [.. files.Zip(counts).SelectMany(file => Spread([.. file.First.OrderBy(index => candidates[index].Length)], file.Second, bits)).Order()];
    }

    /// <summary>One of each of as many equal stretches of a list, at random.</summary>
    private static IEnumerable<T> Spread<T>(List<T> items, int count, SeededBits bits)
    {
        for (var stretch = 0L; stretch < count; stretch++)
        {
            var (from, to) = (stretch * items.Count / count, (stretch + 1) * items.Count / count);
            yield return items[(int)(from + bits.Below(to - from))];
        }
    }

    private static NewShard Beginning(NewShard shard, int rows) =>
        shard with { Range = shard.Range with { RowCount = Math.Min(rows, shard.Range.RowCount) } };
}
