using System.Text;
using BatchLLM.Blobs;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Inference;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Jsonl;

public sealed class JsonlRowWriterTests
{
    private static readonly RowLocation Location = new("file:///in/tickets.jsonl", 41, 42);

    [Fact]
    public async Task A_completed_row_is_one_line_with_keys_in_order()
    {
        var row = new CompletedRow(
            Location, [new("id", RowValue.FromInteger(7)), new("note", RowValue.FromText("größe <b>&'\"\n😀"))],
            "Fine + 日本", FinishReason.Stop, 12, 3, null, null);
        Assert.Equal(
            """
            {"id":7,"note":"größe <b>&'\"\n😀","completion":"Fine + 日本","finish_reason":"stop","prompt_tokens":12,"completion_tokens":3,"error":null}

            """.ReplaceLineEndings("\n"),
            await WriteAsync([row], tokenIds: false));
    }

    [Fact]
    public async Task Token_ids_are_written_when_asked_for()
    {
        var row = new CompletedRow(Location, [], "ab", FinishReason.Length, 1, 2, [128, 5], null);
        Assert.Equal(
            """
            {"completion":"ab","finish_reason":"length","prompt_tokens":1,"completion_tokens":2,"token_ids":[128,5],"error":null}

            """.ReplaceLineEndings("\n"),
            await WriteAsync([row], tokenIds: true));
    }

    [Fact]
    public async Task A_failed_row_has_its_error_and_no_completion() => Assert.Equal(
        """
        {"id":null,"completion":null,"finish_reason":null,"prompt_tokens":0,"completion_tokens":0,"token_ids":null,"error":{"code":"invalid_json","message":"The line holds null."}}

        """.ReplaceLineEndings("\n"),
        await WriteAsync([Failed(("id", RowValue.Null))], tokenIds: true));

    [Theory]
    [InlineData(double.NaN, "null")]
    [InlineData(double.PositiveInfinity, "null")]
    [InlineData(double.NegativeInfinity, "null")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e300, "1E+300")]
    public async Task Numbers_are_json(double number, string text) => Assert.StartsWith(
        $$"""{"n":{{text}},""", await WriteAsync([Failed(("n", RowValue.FromNumber(number)))], tokenIds: false),
        StringComparison.Ordinal);

    [Fact]
    public async Task Half_a_surrogate_pair_in_a_completion_does_not_spoil_the_file()
    {
        var row = new CompletedRow(Location, [], "a\ud800b", FinishReason.Stop, 1, 1, null, null);
        Assert.Contains("\"a\uFFFDb\"", await WriteAsync([row], tokenIds: false), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_read_is_carried_unchanged()
    {
        const string Line =
            """{"t":"a\nb","i":-9223372036854775808,"n":0.30000000000000004,"big":123456789012345678901,"b":true,"z":null,"o":{"x": [1.50, "ä"]}}""";
        var read = await ReadBackAsync(Line);
        var carried = read.Columns.ToList();
        var written = await WriteAsync(
            [new CompletedRow(Location, carried, "c", FinishReason.Stop, 1, 1, null, null)], tokenIds: false);
        Assert.StartsWith(Line[..^1] + ",", written, StringComparison.Ordinal);
        Assert.Equal(carried, (await ReadBackAsync(written)).Columns.Take(carried.Count));
    }

    [Fact]
    public async Task A_column_that_a_row_lacks_is_null_in_its_place()
    {
        var lines = await WriteAsync(
            [
                Failed(("a", RowValue.FromInteger(1)), ("b", RowValue.FromInteger(2))),
                Failed(("b", RowValue.FromInteger(3))),
                Failed(),
            ],
            tokenIds: false);
        Assert.Equal(
            ["""{"a":1,"b":2,""", """{"a":null,"b":3,""", """{"a":null,"b":null,"""],
            lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line[..line.IndexOf("\"completion\"", StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("\"\\\b\f\n\r\t\u0001\u001f\u007f\u2028")]
    [InlineData("😀\"\\\b\f\n\r\t\u0001\u001f\u007f\u2028😀")]
    [InlineData("😀</script>&'+`日本")]
    public async Task Any_text_comes_back(string text)
    {
        var row = new CompletedRow(
            Location, [new("a", RowValue.FromText(text))], text, FinishReason.Stop, 1, 1, null, null);
        var read = await ReadBackAsync(await WriteAsync([row], tokenIds: false));
        Assert.Equal(text, read.Columns["a"].Text);
        Assert.Equal(text, read.Columns["completion"].Text);
    }

    [Fact]
    public async Task Many_rows_come_back_in_order()
    {
        var rows = Enumerable.Range(0, 20_000).Select(i => Failed(("id", RowValue.FromInteger(i)))).ToList();
        var text = await WriteAsync(rows, tokenIds: false);
        var read = await new JsonlRowReader(new MemoryBlob(Encoding.UTF8.GetBytes(text))).RowsAsync(MemoryBlob.Uri);
        Assert.Equal(Enumerable.Range(0, 20_000), read.Select(row => (int)row.Columns["id"].Integer));
    }

    [Fact]
    public async Task The_stream_stays_open_and_gets_large_pieces()
    {
        using var stream = new PieceCounter();
        await using (var writer = new JsonlRowWriter(stream, new OutputColumns([], tokenIds: false)))
        {
            for (var i = 0; i < 10_000; i++)
            {
                await writer.WriteAsync(Failed(), TestContext.Current.CancellationToken);
            }

            await writer.CompleteAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(stream.CanWrite);
        Assert.InRange(stream.Pieces, 1, (int)(stream.Length / 60_000) + 1);
    }

    [Fact]
    public async Task No_rows_make_an_empty_file() => Assert.Empty(await WriteAsync([], tokenIds: true));

    [Fact]
    public async Task An_error_line_says_which_row_and_why()
    {
        using var stream = new MemoryStream();
        await using var writer = new ErrorRowWriter(stream, "id");
        await writer.WriteAsync(
            Failed(("id", RowValue.FromText("t-1")), ("note", RowValue.Null)), TestContext.Current.CancellationToken);
        await writer.WriteAsync(
            Failed() with { Location = new("file:///b.parquet", 2, null) }, TestContext.Current.CancellationToken);
        await writer.CompleteAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            """
            {"id":"t-1","file":"file:///in/tickets.jsonl","row":41,"line":42,"code":"invalid_json","message":"The line holds null."}
            {"id":null,"file":"file:///b.parquet","row":2,"line":null,"code":"invalid_json","message":"The line holds null."}

            """.ReplaceLineEndings("\n"),
            Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public async Task A_good_row_is_no_error()
    {
        await using var writer = new ErrorRowWriter(Stream.Null, null);
        var row = new CompletedRow(Location, [], "c", FinishReason.Stop, 1, 1, null, null);
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await writer.WriteAsync(row, TestContext.Current.CancellationToken));
    }

    private static CompletedRow Failed(params (string Name, RowValue Value)[] carried) => new(
        Location, [.. carried.Select(column => KeyValuePair.Create(column.Name, column.Value))],
        null, null, 0, 0, null, new RowError(RowErrorCodes.InvalidJson, "The line holds null."));

    private static async Task<string> WriteAsync(IReadOnlyList<CompletedRow> rows, bool tokenIds)
    {
        var carried = rows.SelectMany(row => row.Carried).Select(column => column.Key).Distinct().ToList();
        using var stream = new MemoryStream();
        await using var writer = new JsonlRowWriter(stream, new OutputColumns(carried, tokenIds));
        foreach (var row in rows)
        {
            await writer.WriteAsync(row, TestContext.Current.CancellationToken);
        }

        await writer.CompleteAsync(TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static async Task<Row> ReadBackAsync(string line) => Assert.Single(
        await new JsonlRowReader(new MemoryBlob(Encoding.UTF8.GetBytes(line))).RowsAsync(MemoryBlob.Uri));

    private sealed class PieceCounter : MemoryStream
    {
        public int Pieces { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Pieces++;
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
