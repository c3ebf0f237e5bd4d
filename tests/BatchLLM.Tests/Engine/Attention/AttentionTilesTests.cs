using BatchLLM.Engine.Attention;
using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Engine.Attention;

public sealed class AttentionTilesTests
{
    private const int Budget = 300;
    private const int BlockTokens = 16;

    [Fact]
    public void Every_row_stands_in_one_tile_with_rows_that_read_the_same_blocks()
    {
        var tiles = new AttentionTiles(Budget, tileRows: 8, group: 3);
        for (var seed = 1; seed <= 300; seed++)
        {
            var step = MakeStep(new Random(seed));
            tiles.Fill(step);
            var rows = Rows(step);
            var seen = new HashSet<int>();
            for (var i = 0; i < tiles.Count; i++)
            {
                var members = Members(tiles, i);
                Assert.InRange(members.Count, 1, 8);
                Assert.All(members, row => Assert.True(seen.Add(row), $"seed {seed}: row {row} stands in two tiles"));
                AssertReadsTheSame([.. members.Select(row => rows[row])], tiles[i].SharedTokens, $"seed {seed}, tile {i}");
                AssertQueriesFollowEachOther(tiles.Runs(tiles[i]).ToArray(), tiles[i].QueryCount, $"seed {seed}, tile {i}");
            }

            Assert.True(seen.SetEquals(Enumerable.Range(0, rows.Count)), $"seed {seed}: rows are missing");
        }
    }

    [Fact]
    public void Rows_behind_one_prefix_share_tiles_wherever_they_stand_in_the_step()
    {
        var tiles = new AttentionTiles(Budget, tileRows: 8, group: 3);
        var (prefix, other) = (Pinned(64, 0), Pinned(64, 50));
        var step = new Step();
        for (var i = 0; i < 8; i++)
        {
            step.Slices.Add(new StepSlice(Sequence(i % 2 == 0 ? prefix : other, 80, i), 70 + i, 1));
        }

        tiles.Fill(step);
        Assert.Equal(2, tiles.Count);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal((4, 64), (tiles[i].RunCount, tiles[i].SharedTokens));
        }
    }

    [Fact]
    public void Tiles_with_most_positions_come_first()
    {
        var tiles = new AttentionTiles(Budget, tileRows: 4, group: 1);
        var step = new Step();
        foreach (var length in new[] { 5, 900, 17, 300, 3 })
        {
            step.Slices.Add(new StepSlice(Sequence(null, length, 0), length - 1, 1));
        }

        tiles.Fill(step);
        Assert.Equal([1, 3, 2, 0, 4], Enumerable.Range(0, tiles.Count).Select(i => Members(tiles, i).Single()));
    }

    private static List<int> Members(AttentionTiles tiles, int tile) =>
        [.. tiles.Runs(tiles[tile]).ToArray().SelectMany(run => Enumerable.Range(run.Row, run.Count))];

    private static void AssertQueriesFollowEachOther(AttentionRun[] runs, int queryCount, string where)
    {
        var next = 0;
        foreach (var run in runs)
        {
            Assert.True(run.FirstQuery == next && next % 2 == 0 && run.EndQuery - next - run.Count * 3 is 0 or 1, where);
            next = run.EndQuery;
        }

        Assert.True(next == queryCount && next % 2 == 0, where);
    }

    private static void AssertReadsTheSame(List<(Sequence Sequence, int Position)> rows, int positions, string where)
    {
        foreach (var (sequence, position) in rows)
        {
            Assert.True(position >= positions, where);
            var first = rows[0].Sequence.BlockTable.Take(positions / BlockTokens);
            Assert.True(first.SequenceEqual(sequence.BlockTable.Take(positions / BlockTokens)), where);
        }

        // Within a sequence, rows are consecutive and ascend.
        foreach (var run in rows.Select((row, i) => (row, i)).GroupBy(r => r.row.Sequence))
        {
            Assert.True(run.All(r => r.i - run.First().i == r.row.Position - run.First().row.Position), where);
        }
    }

    private static List<(Sequence Sequence, int Position)> Rows(Step step) =>
        [.. step.Slices.SelectMany(s => Enumerable.Range(s.Start, s.Count).Select(p => (s.Sequence, p)))];

    // Slices that begin before, across and behind their prefix, unpinned prefixes, and sequences without one.
    private static Step MakeStep(Random random)
    {
        var prefixes = Enumerable.Range(0, 3).Select(i => Pinned(BlockTokens * random.Next(1, 9), 1000 * i)).ToArray();
        var unpinned = new SharedPrefix(BlockTokens);
        var step = new Step();
        var left = Budget;
        for (var i = 0; left > 0 && i < 60; i++)
        {
            var prefix = random.Next(5) switch { 0 => null, 1 => unpinned, var n => prefixes[n - 2] };
            var count = Math.Min(left, random.Next(3) == 0 ? random.Next(1, 40) : 1);
            var start = random.Next(0, 200);
            step.Slices.Add(new StepSlice(Sequence(prefix, start + count, i), start, count));
            left -= count;
        }

        return step;
    }

    private static SharedPrefix Pinned(int length, int firstBlock)
    {
        var prefix = new SharedPrefix(length);
        prefix.BlockTable.AddRange(Enumerable.Range(firstBlock, length / BlockTokens));
        return prefix;
    }

    private static Sequence Sequence(SharedPrefix? prefix, int length, int number)
    {
        var request = new InferenceRequest(number, 0, new int[length], new SamplingParameters());
        var sequence = new Sequence(request, 1) { SharedPrefix = prefix };
        sequence.BlockTable.AddRange(prefix?.BlockTable ?? []);
        for (var i = sequence.BlockTable.Count; i * BlockTokens < length; i++)
        {
            sequence.BlockTable.Add(10_000 * (number + 1) + i);
        }

        return sequence;
    }
}
