using System.Text;
using BatchLLM.Blobs.Files;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Jsonl;

public sealed class JsonlRowReaderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Ranges_give_the_rows_of_the_whole_file(int seed)
    {
        const int MaxLineBytes = 300;
        var random = new Random(seed);
        var file = RandomJsonl.File(random);
        var reader = new JsonlRowReader(new MemoryBlob(file, random.Next(1, 500)), MaxLineBytes);

        var expected = NaiveJsonl.Describe(file, MaxLineBytes);
        foreach (var rowsPerRange in (int[])[1, random.Next(1, 20), int.MaxValue])
        {
            var ranges = await reader.RangesAsync(MemoryBlob.Uri, rowsPerRange);
            Assert.Equal(expected.Count, ranges.Sum(range => range.RowCount));
            Assert.All(ranges.SkipLast(1), range => Assert.Equal(rowsPerRange, range.RowCount));
            var rows = await reader.RowsAsync(MemoryBlob.Uri, rowsPerRange);
            Assert.Equal(expected, rows.Select(NaiveJsonl.Describe));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n \n\t\n   ")]
    [InlineData("\uFEFF")]
    [InlineData("\uFEFF\n\n")]
    public async Task A_file_without_rows_has_no_range(string content) =>
        Assert.Empty(await Reader(content).RangesAsync(MemoryBlob.Uri));

    [Fact]
    public async Task Lines_and_offsets_are_those_of_the_file()
    {
        var ranges = await Reader("\uFEFF\n{}\r\n \n{}\n\n{}").RangesAsync(MemoryBlob.Uri, 2);
        Assert.Equal([new RowRange(1, 2, 4, 2), new RowRange(3, 1, 14, 6)], ranges);
    }

    [Fact]
    public async Task A_line_over_the_limit_is_a_row_and_the_next_line_is_read()
    {
        var content = $$"""{"a":1}{{"\n"}}{"a":"{{new string('x', 3_000_000)}}"}{{"\n"}}{"a":3}""";
        var reader = new JsonlRowReader(new MemoryBlob(Encoding.UTF8.GetBytes(content)), maxLineBytes: 1000);
        var rows = await reader.RowsAsync(MemoryBlob.Uri);
        Assert.Equal(3, rows.Count);
        Assert.Equal(
            new RowError(RowErrorCodes.RowTooLong, "The line has 3000008 bytes; expected at most 1000."),
            rows[1].Error);
        Assert.Equal(RowValue.FromInteger(3), rows[2].Columns["a"]);
        Assert.Equal(3, rows[2].Location.LineNumber);
    }

    [Fact]
    public async Task A_line_of_exactly_the_limit_is_read()
    {
        var reader = new JsonlRowReader(new MemoryBlob("{\"a\":1}\r\n{\"a\":12}\r\n"u8.ToArray()), maxLineBytes: 8);
        var rows = await reader.RowsAsync(MemoryBlob.Uri);
        Assert.Null(rows[0].Error);
        Assert.Equal(RowErrorCodes.RowTooLong, rows[1].Error?.Code);
    }

    [Fact]
    public async Task A_long_line_within_the_limit_is_read_whole()
    {
        var text = string.Concat(Enumerable.Repeat("日本語", 1_000_000));
        var rows = await Reader($$"""{"a":"{{text}}"}{{"\n"}}{"a":2}""").RowsAsync(MemoryBlob.Uri, 1);
        Assert.Equal(text, rows[0].Columns["a"].Text);
        Assert.Equal(RowValue.FromInteger(2), rows[1].Columns["a"]);
    }

    [Fact]
    public async Task A_file_that_ends_inside_a_character_ends_in_a_bad_row()
    {
        var rows = await Reader([.. "{}\n{\"a\":\""u8, 0xE6, 0x97]).RowsAsync(MemoryBlob.Uri);
        Assert.Null(rows[0].Error);
        Assert.Equal(new RowError(RowErrorCodes.InvalidUtf8, "Byte 7 of the line is not UTF-8."), rows[1].Error);
    }

    [Fact]
    public async Task Only_wanted_columns_are_read()
    {
        var rows = await Reader("""{"id":1,"text":"x","n":2}""").RowsAsync(MemoryBlob.Uri, 10, "text");
        Assert.Equal(["text"], rows[0].Columns.Keys);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x7B, 0x00 }, "looks like UTF-16; convert it to UTF-8.")]
    [InlineData(new byte[] { 0xFE, 0xFF, 0x00, 0x7B }, "looks like UTF-16; convert it to UTF-8.")]
    [InlineData(new byte[] { 0x1F, 0x8B, 0x08 }, "looks like gzip; give it a name that ends in .gz, or decompress it first.")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD },
        "looks like Zstandard; give it a name that ends in .zst, or decompress it first.")]
    [InlineData(new byte[] { 0x50, 0x4B, 0x03, 0x04 }, "looks like a ZIP archive; extract it first.")]
    [InlineData(new byte[] { 0x50, 0x41, 0x52, 0x31, 0x15 },
        "looks like Parquet; name it .parquet or set the format to parquet.")]
    public async Task A_file_of_another_kind_is_refused_as_a_whole(byte[] content, string sentence)
    {
        var e = await Assert.ThrowsAsync<BatchLLMException>(() => Reader(content).RangesAsync(MemoryBlob.Uri));
        Assert.Equal($"{MemoryBlob.Uri} {sentence}", e.Message);
    }

    [Theory]
    [InlineData("[\n{\"a\":1},\n{\"a\":2}\n]", "rows.jsonl", "jq -c '.[]'")]
    [InlineData("\uFEFF\n [{\"a\":1},{\"a\":2}]", "rows.json", "jq -c '.[]'")]
    [InlineData("{\r\n  \"a\": 1\r\n}", "rows.json", "jq -c .")]
    [InlineData("[1,2]\n{\"a\":1}", "rows.jsonl", null)]
    [InlineData("{}", "rows.json", null)]
    [InlineData("", "rows.json", null)]
    public void Json_that_is_not_a_line_each_is_refused_with_the_command_that_converts_it(
        string content, string name, string? command)
    {
        var refusal = JsonlHead.Refusal(Encoding.UTF8.GetBytes(content), name);
        Assert.Equal(command is null, refusal is null);
        Assert.Contains(command ?? "", refusal ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_became_shorter_is_named()
    {
        var range = Assert.Single(await Reader("{}\n{}\n{}\n").RangesAsync(MemoryBlob.Uri));
        var e = await Assert.ThrowsAsync<BatchLLMException>(async () =>
            await Reader("{}\n{}\n").ReadAsync(MemoryBlob.Uri, range, null, Cancellation).ToListAsync());
        Assert.StartsWith($"{MemoryBlob.Uri} has changed: it ends after 6 bytes, before row 3,", e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_is_read_without_what_stands_around_it()
    {
        var content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":\"0123456789\"}\n", 200_000)));
        var blob = new MemoryBlob(content, bytesPerRead: 1 << 16);
        var reader = new JsonlRowReader(blob);
        var ranges = await reader.RangesAsync(MemoryBlob.Uri, 1000);
        var before = blob.BytesRead;
        Assert.Equal(1000, await reader.ReadAsync(MemoryBlob.Uri, ranges[100], null, Cancellation).CountAsync());
        Assert.InRange(blob.BytesRead - before, 1000 * 19, (1000 * 19) + (1 << 17));
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        var reader = new JsonlRowReader(new FileBlobStore());
        var e = await Assert.ThrowsAsync<BatchLLMException>(() => reader.RangesAsync("file:///no/such.jsonl"));
        Assert.Contains("/no/such.jsonl", e.Message, StringComparison.Ordinal);
    }

    private static JsonlRowReader Reader(string content) => Reader(Encoding.UTF8.GetBytes(content));

    private static JsonlRowReader Reader(byte[] content) => new(new MemoryBlob(content, bytesPerRead: 7));
}
