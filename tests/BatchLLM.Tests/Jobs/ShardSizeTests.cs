using BatchLLM.Jobs;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Jobs;

/// <summary>How many rows the shards of a job have that leaves it open.</summary>
public sealed class ShardSizeTests
{
    [Theory]
    [InlineData(2_000, 1024)]
    [InlineData((1 << 20) - 1, 1024)]
    [InlineData(1 << 20, 4096)]
    public async Task A_large_job_has_larger_shards(int rows, int expected)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jsonl");
        try
        {
            var (_, shards) = await PlannedRows.PlanAsync(path, string.Concat(Enumerable.Repeat("{}\n", rows)), rowsPerShard: null);

            Assert.All(shards.SkipLast(1), shard => Assert.Equal(expected, shard.Range.RowCount));
            Assert.Equal(rows, shards.Sum(shard => shard.Range.RowCount));
            Assert.Equal(shards.Select(shard => 3 * (shard.Range.FirstRow - 1)), shards.Select(shard => shard.Range.ByteOffset));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_a_job_file_says_stands_whatever_the_size()
    {
        var shards = Shards([(0, 3), (0, 3)]);

        Assert.Equal(shards, ShardSize.Join(shards, most: 4));
    }

    [Fact]
    public void Joined_shards_hold_the_same_rows_and_none_spans_two_files()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var before = Shards([.. Enumerable.Range(0, random.Next(40)).Select(_ => (random.Next(3), random.Next(1, 21))).OrderBy(part => part.Item1)]);

            var after = ShardSize.Join(before, most: 16);

            Assert.True(before.SelectMany(Rows).SequenceEqual(after.SelectMany(Rows)), $"seed {seed}");
            Assert.True(after.All(shard => shard.Range.RowCount <= 16 || before.Contains(shard)), $"seed {seed}");
            Assert.True(after.Zip(after.Skip(1)).All(pair => !CouldJoin(pair.First, pair.Second)), $"seed {seed}");
        }
    }

    private static bool CouldJoin(NewShard left, NewShard right) =>
        left.FileIndex == right.FileIndex && left.Range.RowCount + right.Range.RowCount <= 16;

    private static IEnumerable<(int File, long Row)> Rows(NewShard shard) =>
        Enumerable.Range(0, (int)shard.Range.RowCount).Select(row => (shard.FileIndex, shard.Range.FirstRow + row));

    /// <summary>Shards one after the other, of so many rows each.</summary>
    private static List<NewShard> Shards((int File, int Rows)[] parts)
    {
        var shards = new List<NewShard>();
        foreach (var (file, rows) in parts)
        {
            var first = shards.LastOrDefault(shard => shard.FileIndex == file)?.Range is { } last ? last.FirstRow + last.RowCount : 1;
            shards.Add(new NewShard(file, new RowRange(first, rows, 3 * (first - 1), first), []));
        }

        return shards;
    }
}
