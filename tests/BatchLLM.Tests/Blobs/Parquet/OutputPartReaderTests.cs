using BatchLLM.Blobs;
using BatchLLM.Blobs.Parquet;
using BatchLLM.Inference;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Parquet;

public sealed class OutputPartReaderTests
{
    private static readonly OutputColumns Columns = new(["id", "number", "flag"], tokenIds: true);

    [Fact]
    public async Task What_was_written_is_read_back()
    {
        CompletedRow[] rows =
        [
            Row(RowValue.FromText("a"), RowValue.FromNumber(0.1), RowValue.FromBoolean(true), "text\n𝄞", FinishReason.Stop, [1, 2], null),
            Row(RowValue.Null, RowValue.FromNumber(-3), RowValue.Null, "", FinishReason.Length, [], null),
            Row(RowValue.FromText("c"), RowValue.Null, RowValue.FromBoolean(false), null, null, null, new RowError("code", "message")),
        ];

        var read = await ReadBackAsync(rows, Columns);

        Assert.Equal(rows.Select(Describe), read.Select(Describe));
    }

    /// <summary>The column is declared to be JSON; a document over several lines still makes one line.</summary>
    [Fact]
    public async Task Documents_are_JSON_where_they_are_sound()
    {
        string[] documents = ["{\"a\": [1, 2.50]}", "{\r\n  \"b\": \"ä\"\n}", "12", "{broken"];
        var kinds = new Dictionary<string, RowValueKind>
        {
            ["id"] = RowValueKind.Json,
            ["number"] = RowValueKind.Number,
            ["flag"] = RowValueKind.Text,
        };
        var rows = documents.Select(text => Row(
            RowValue.FromText(text), RowValue.Null, RowValue.FromText(text), "c", FinishReason.Stop, null, null));

        var read = await ReadBackAsync([.. rows], new OutputColumns(["id", "number", "flag"], tokenIds: false, kinds));

        Assert.Equal(
            ["Json:{\"a\": [1, 2.50]}", "Json:{\"b\":\"ä\"}", "Json:12", "Text:{broken"],
            read.Select(row => $"{row.Carried[0].Value.Kind}:{row.Carried[0].Value}"));
        Assert.Equal(documents, read.Select(row => row.Carried[2].Value.Text));
    }

    private static async Task<List<CompletedRow>> ReadBackAsync(CompletedRow[] rows, OutputColumns columns)
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("part.parquet");
        await using (var stream = File.Create(path))
        {
            await using var writer = new ParquetRowWriter(stream, columns);
            foreach (var row in rows)
            {
                await writer.WriteAsync(row, CancellationToken.None);
            }

            await writer.CompleteAsync(CancellationToken.None);
        }

        var reader = new OutputPartReader(new BatchLLM.Blobs.Files.FileBlobStore(), columns);
        return await reader.ReadAsync($"{folder.Uri}/part.parquet", CancellationToken.None).ToListAsync();
    }

    private static CompletedRow Row(
        RowValue id, RowValue number, RowValue flag, string? completion, FinishReason? reason, int[]? tokens, RowError? error) => new(
        new RowLocation("file:///in", 1, null),
        [KeyValuePair.Create("id", id), KeyValuePair.Create("number", number), KeyValuePair.Create("flag", flag)],
        completion,
        reason,
        PromptTokens: 5,
        CompletionTokens: 2,
        tokens,
        error);

    private static string Describe(CompletedRow row) => string.Join(
        '|',
        [
            .. row.Carried.Select(column => $"{column.Key}={column.Value.Kind}:{column.Value}"),
            row.Completion ?? "null", row.FinishReason?.ToString() ?? "null", row.PromptTokens.ToString(System.Globalization.CultureInfo.InvariantCulture),
            row.TokenIds is null ? "null" : string.Join(',', row.TokenIds), row.Error?.ToString() ?? "null",
        ]);
}
