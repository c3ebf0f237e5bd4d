using BatchLLM.Canaries;
using BatchLLM.Jobs;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Canaries;

public sealed class CanarySampleTests
{
    [Fact]
    public void Of_any_job_as_many_rows_are_drawn_as_asked_for_each_once_in_order_and_of_every_file_that_was_read()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var shards = Shards([.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(1, 3000))], random.Next(1, 200));
            var rows = random.Next(1, 500);

            var (candidates, drawn) = Draw(shards, rows, (ulong)random.Next());

            Assert.Equal(Math.Min(rows, candidates.Count), drawn.Count);
            Assert.Equal(drawn.Distinct().Order(), drawn);
            Assert.True(candidates.Count >= Math.Min(rows, shards.Sum(shard => shard.Range.RowCount)), $"seed {seed}, round {round}");
            var files = candidates.Select(candidate => candidate.File).Distinct().Count();
            Assert.Equal(Math.Min(files, rows), drawn.Select(index => candidates[index].File).Distinct().Count());
        }
    }

    [Fact]
    public void A_seed_decides_and_another_one_draws_others()
    {
        var shards = Shards([5000, 5000], 100);

        Assert.Equal(Draw(shards, 50, 1).Drawn, Draw(shards, 50, 1).Drawn);
        Assert.NotEqual(Draw(shards, 50, 1).Drawn, Draw(shards, 50, 2).Drawn);
    }

    [Fact]
    public void Files_have_their_share_and_lengths_are_spread_over_all()
    {
        var shards = Shards([3000, 900, 90], 100);

        var (candidates, drawn) = Draw(shards, 133, 7);

        var perFile = drawn.CountBy(index => candidates[index].File).ToDictionary();
        Assert.Equal((100, 30, 3), (perFile[0], perFile[1], perFile[2]));
        var lengths = drawn.Where(index => candidates[index].File == 0).Select(index => candidates[index].Length).Order().ToList();
        Assert.All(lengths.Index(), length => Assert.InRange(length.Item, length.Index * 30, (length.Index * 30) + 30));
    }

    [Fact]
    public void Of_a_large_job_little_is_read_and_from_all_over_it()
    {
        var shards = Shards([40_000_000], 4096);

        var pieces = CanarySample.Pieces(shards, 200, seed: 3);

        Assert.InRange(pieces.Sum(piece => piece.Range.RowCount), 4000, 5000);
        Assert.True(pieces[0].Range.FirstRow < 400_000 && pieces[^1].Range.FirstRow > 39_600_000);
        Assert.Equal(pieces.OrderBy(piece => piece.Range.FirstRow), pieces);
    }

    [Fact]
    public void Places_are_shared_by_weight_and_each_gets_one_before_any_a_second()
    {
        Assert.Equal([1, 1, 1], Apportionment.Share(3, [1_000_000, 1, 1], [9, 9, 9]));
        Assert.Equal([6, 3, 1], Apportionment.Share(10, [600, 300, 100], [9, 9, 9]));
        Assert.Equal([2, 7], Apportionment.Share(9, [900, 100], [2, 9]));
        Assert.Equal([2, 2], Apportionment.Share(9, [1, 1], [2, 2]));
    }

    /// <summary>Lengths of a file's rows are their numbers, one less than which.</summary>
    private static (List<(int File, int Length)> Candidates, IReadOnlyList<int> Drawn) Draw(NewShard[] shards, int rows, ulong seed)
    {
        var candidates = CanarySample.Pieces(shards, rows, seed)
            .SelectMany(piece => Enumerable.Range((int)piece.Range.FirstRow - 1, (int)piece.Range.RowCount).Select(row => (piece.FileIndex, row)))
            .ToList();
        var fileRows = shards.GroupBy(shard => shard.FileIndex).ToDictionary(file => file.Key, file => file.Sum(shard => shard.Range.RowCount));
        return (candidates, CanarySample.Draw(candidates, fileRows, rows, seed));
    }

    private static NewShard[] Shards(int[] files, int rowsPerShard) =>
    [
        .. files.SelectMany((rows, file) => Enumerable.Range(0, (rows + rowsPerShard - 1) / rowsPerShard).Select(shard => new NewShard(
            file,
            new RowRange((shard * (long)rowsPerShard) + 1, Math.Min(rowsPerShard, rows - (shard * rowsPerShard)), ByteOffset: 0, FirstLine: 1),
            []))),
    ];
}
