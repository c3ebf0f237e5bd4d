using System.Text;
using BatchLLM.Blobs.Csv;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Compression;

/// <summary>Ranges of a compressed file go on where the one before ended.</summary>
public sealed class LineSourceTests
{
    private const int RowCount = 40_000;
    private const int RowsPerRange = 500;

    public static TheoryData<string> Uris => [CompressedTexts.GzipUri, CompressedTexts.ZstandardUri];

    [Theory]
    [MemberData(nameof(Uris))]
    public async Task Read_in_order_a_file_is_decompressed_once(string uri)
    {
        var blob = Blob(uri);
        var reader = new JsonlRowReader(blob);
        var ranges = await reader.RangesAsync(uri, RowsPerRange);
        var before = blob.BytesRead;

        foreach (var range in ranges)
        {
            await CheckAsync(reader, uri, range);
        }

        Assert.InRange(blob.BytesRead - before, 1, 2 * blob.Length); // from its start each time: 40 times
    }

    [Theory]
    [MemberData(nameof(Uris))]
    public async Task Ranges_that_others_took_are_passed_over(string uri)
    {
        var blob = Blob(uri);
        var reader = new JsonlRowReader(blob);
        var ranges = await reader.RangesAsync(uri, RowsPerRange);
        var before = blob.BytesRead;

        foreach (var range in ranges.Where((_, index) => index % 3 == 1))
        {
            await CheckAsync(reader, uri, range);
        }

        Assert.InRange(blob.BytesRead - before, 1, 2 * blob.Length);
    }

    [Fact]
    public async Task In_any_order_and_at_once_ranges_have_their_rows()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var reader = new JsonlRowReader(Blob(CompressedTexts.GzipUri));
        var ranges = (await reader.RangesAsync(CompressedTexts.GzipUri, 2000)).ToArray();
        new Random(seed).Shuffle(ranges);

        await Parallel.ForEachAsync(ranges, TestContext.Current.CancellationToken, async (range, _) =>
            await CheckAsync(reader, CompressedTexts.GzipUri, range));
    }

    [Fact]
    public async Task A_range_that_is_left_early_holds_up_no_other()
    {
        var reader = new JsonlRowReader(Blob(CompressedTexts.GzipUri));
        var ranges = await reader.RangesAsync(CompressedTexts.GzipUri, RowsPerRange);

        await reader.ReadAsync(CompressedTexts.GzipUri, ranges[3], null, Token).FirstAsync(Token);

        await CheckAsync(reader, CompressedTexts.GzipUri, ranges[3]);
        await CheckAsync(reader, CompressedTexts.GzipUri, ranges[4]);
    }

    [Fact]
    public async Task A_file_that_became_shorter_is_refused_and_holds_up_no_other()
    {
        var reader = new JsonlRowReader(Blob(CompressedTexts.GzipUri));
        var beyond = new RowRange(RowCount + 1, 5, 1L << 30, RowCount + 1);

        await Assert.ThrowsAsync<BatchLLMException>(() => CheckAsync(reader, CompressedTexts.GzipUri, beyond));

        await CheckAsync(reader, CompressedTexts.GzipUri, (await reader.RangesAsync(CompressedTexts.GzipUri, 10))[0]);
    }

    [Fact]
    public async Task Of_many_files_read_in_turns_each_has_its_rows()
    {
        var reader = new JsonlRowReader(Blob(CompressedTexts.GzipUri));
        string[] uris = [.. Enumerable.Range(0, 7).Select(file => $"memory:/{file}.jsonl.gz")];
        foreach (var range in (await reader.RangesAsync(uris[0], RowsPerRange)).Take(3))
        {
            foreach (var uri in uris)
            {
                await CheckAsync(reader, uri, range);
            }
        }
    }

    [Fact]
    public async Task Csv_goes_on_between_records_of_several_lines()
    {
        const string Uri = "memory:/rows.csv.gz";
        var text = "id,text\n" + string.Concat(Enumerable.Range(1, 3000).Select(row => $"{row},\"two\nlines {row}\"\n\n"));
        var reader = new CsvRowReader(new MemoryBlob(CompressedTexts.Gzip(Encoding.UTF8.GetBytes(text))));

        var rows = await reader.RowsAsync(Uri, 7);

        Assert.Equal(Enumerable.Range(1, 3000).Select(row => $"two\nlines {row}"), rows.Select(row => row.Columns["text"].Text));
        Assert.Equal(Enumerable.Range(0, 3000).Select(row => (3L * row) + 2), rows.Select(row => row.Location.LineNumber!.Value));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static MemoryBlob Blob(string uri)
    {
        var random = new Random(1);
        var lines = Enumerable.Range(1, RowCount).Select(row => $"{{\"id\":{row},\"x\":\"{random.NextInt64():x}\"}}\n{(row % 7 == 0 ? "\n" : "")}");
        return new MemoryBlob(CompressedTexts.Compress(uri, Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    private static async Task CheckAsync(JsonlRowReader reader, string uri, RowRange range)
    {
        var rows = await reader.ReadAsync(uri, range, null, Token).ToListAsync(Token);

        Assert.Equal(Enumerable.Range((int)range.FirstRow, (int)range.RowCount), rows.Select(row => (int)row.Columns["id"].Integer));
        Assert.Equal(rows.Select(row => row.Location.RowNumber + ((row.Location.RowNumber - 1) / 7)), rows.Select(row => row.Location.LineNumber!.Value));
    }
}
