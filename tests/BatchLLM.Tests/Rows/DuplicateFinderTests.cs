using BatchLLM.Blobs.Files;
using BatchLLM.Rows;
using BatchLLM.Tests.Blobs;
using Xunit;

namespace BatchLLM.Tests.Rows;

public sealed class DuplicateFinderTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(100, 10)]
    [InlineData(5_000, 1)]
    [InlineData(200_000, 150_000)]
    public void Each_duplicate_comes_with_the_first_row_of_its_digest(int count, int digests)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var rows = Enumerable.Range(1, count).Select(row => Keyed(random.Next(digests), row)).ToArray();
        var expected = Expected(rows);
        random.Shuffle(rows); // the order in which rows are added does not matter

        using var scratch = new ScratchFile(_folder.Path);
        var finder = new DuplicateFinder(scratch, count);
        foreach (var row in rows)
        {
            finder.Add(row);
        }

        var actual = finder.Find().Select(pair => (pair.Row.Row, pair.First.Row)).Order().ToArray();
        Assert.True(expected.SequenceEqual(actual), $"seed {seed}: {expected.Length} expected, {actual.Length} found");
    }

    [Fact]
    public void What_is_set_aside_has_no_name_that_could_be_left_behind()
    {
        using var scratch = new ScratchFile(_folder.Path);
        scratch.Write(0, [1, 2, 3]);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
        Span<byte> read = stackalloc byte[2];
        scratch.Read(1, read);
        Assert.Equal([2, 3], read.ToArray());
    }

    [Fact]
    public void A_folder_that_takes_nothing_is_named()
    {
        using var scratch = new ScratchFile(Path.Combine(_folder.Path, "missing"));

        var e = Assert.Throws<BatchLLMException>(() => scratch.Write(0, [1]));
        Assert.StartsWith($"Cannot keep temporary data in {Path.Combine(_folder.Path, "missing")}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("TMPDIR", e.Message, StringComparison.Ordinal);
    }

    // Both halves vary: partitions go by the upper, so equal uppers with other lowers must be told apart, too.
    private static KeyedRow Keyed(int digest, int row) => new(
        (ulong)(digest / 3) * 0x9e3779b97f4a7c15, (ulong)digest, row, row, row / 1000, Tokens: 1, IsGreedy: true);

    private static (long, long)[] Expected(KeyedRow[] rows)
    {
        var first = new Dictionary<(ulong, ulong), long>();
        return [.. rows.Where(row => !first.TryAdd((row.High, row.Low), row.Row))
            .Select(row => (row.Row, first[(row.High, row.Low)])).Order()];
    }
}
