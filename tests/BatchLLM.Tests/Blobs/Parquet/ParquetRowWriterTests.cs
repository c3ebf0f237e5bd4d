using BatchLLM.Blobs;
using BatchLLM.Blobs.Parquet;
using BatchLLM.Inference;
using BatchLLM.Parquet;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Parquet;

public sealed class ParquetRowWriterTests
{
    private static readonly RowLocation Location = new("file:///in/tickets.jsonl", 41, 42);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Completed_and_failed_rows_come_back()
    {
        var rows = await RoundTripAsync(
            new OutputColumns(["id"], tokenIds: true),
            new CompletedRow(
                Location, [new("id", RowValue.FromInteger(7))], "größe 😀", FinishReason.Stop, 12, 3, [1, 2], null),
            new CompletedRow(Location, [new("id", RowValue.FromInteger(8))], "", FinishReason.Length, 12, 0, [], null),
            new CompletedRow(
                Location, [], null, null, 0, 0, null, new RowError("invalid_json", "The line holds null.")));
        Assert.Equal(
            [
                new("id", RowValue.FromInteger(7)), new("completion", RowValue.FromText("größe 😀")),
                new("finish_reason", RowValue.FromText("stop")), new("prompt_tokens", RowValue.FromInteger(12)),
                new("completion_tokens", RowValue.FromInteger(3)), new("token_ids", RowValue.FromJson("[1,2]")),
                new("error_code", RowValue.Null), new("error_message", RowValue.Null),
            ],
            rows[0].Columns);
        Assert.Equal(RowValue.FromText("length"), rows[1].Columns["finish_reason"]);
        Assert.Equal(RowValue.FromText(""), rows[1].Columns["completion"]);
        Assert.Equal(
            [
                new("id", RowValue.Null), new("completion", RowValue.Null), new("finish_reason", RowValue.Null),
                new("prompt_tokens", RowValue.FromInteger(0)), new("completion_tokens", RowValue.FromInteger(0)),
                new("token_ids", RowValue.Null), new("error_code", RowValue.FromText("invalid_json")),
                new("error_message", RowValue.FromText("The line holds null.")),
            ],
            rows[2].Columns);
    }

    [Fact]
    public async Task The_schema_is_the_documented_one()
    {
        using var stream = await WriteAsync(
            new OutputColumns(["i", "n", "b", "t", "z"], tokenIds: true),
            Carrying(
                ("i", RowValue.FromInteger(1)), ("n", RowValue.FromNumber(1.5)), ("b", RowValue.FromBoolean(true)),
                ("t", RowValue.FromText("x")), ("z", RowValue.Null)));
        var file = await ParquetReader.OpenAsync(stream, "part-0.parquet", Cancellation);
        Assert.Equal(
            [
                "i Int64 Integer ?", "n Double Real ?", "b Boolean Boolean ?", "t ByteArray Text ?",
                "z ByteArray Text ?", "completion ByteArray Text ?", "finish_reason ByteArray Text ?",
                "prompt_tokens Int32 Integer", "completion_tokens Int32 Integer",
                "token_ids.list.element Int32 Integer", "error_code ByteArray Text ?", "error_message ByteArray Text ?",
            ],
            file.Schema.Columns.Select(column =>
                $"{column.Name} {column.Type.Physical} {column.Type.Kind}{(column.IsOptional ? " ?" : "")}"));
    }

    public static TheoryData<RowValue[], RowValue[]> Mixtures => new()
    {
        { [RowValue.Null, RowValue.FromInteger(1)], [RowValue.Null, RowValue.FromInteger(1)] },
        {
            [RowValue.FromInteger(1), RowValue.FromNumber(0.5)],
            [RowValue.FromNumber(1), RowValue.FromNumber(0.5)]
        },
        {
            [RowValue.FromInteger((1L << 53) + 1), RowValue.FromNumber(0.5)],
            [RowValue.FromText("9007199254740993"), RowValue.FromText("0.5")]
        },
        {
            [RowValue.FromInteger(1), RowValue.FromText("a")],
            [RowValue.FromText("1"), RowValue.FromText("a")]
        },
        {
            [RowValue.FromBoolean(true), RowValue.FromInteger(0)],
            [RowValue.FromText("true"), RowValue.FromText("0")]
        },
        {
            [RowValue.FromJson("""{"a": [1]}"""), RowValue.Null],
            [RowValue.FromText("""{"a": [1]}"""), RowValue.Null]
        },
        { [RowValue.FromNumber(double.NaN)], [RowValue.FromNumber(double.NaN)] },
    };

    [Theory]
    [MemberData(nameof(Mixtures))]
    public async Task A_column_has_the_type_that_its_values_share(RowValue[] values, RowValue[] expected)
    {
        var rows = await RoundTripAsync(
            new OutputColumns(["a"], tokenIds: false), [.. values.Select(value => Carrying(("a", value)))]);
        Assert.Equal(expected, rows.Select(row => row.Columns["a"]));
    }

    [Fact]
    public async Task A_declared_kind_gives_every_part_the_same_type()
    {
        var kinds = new Dictionary<string, RowValueKind> { ["a"] = RowValueKind.Number };
        var columns = new OutputColumns(["a"], tokenIds: false, kinds);
        foreach (var value in (RowValue[])[RowValue.Null, RowValue.FromNumber(2)])
        {
            using var stream = await WriteAsync(columns, Carrying(("a", value)));
            var file = await ParquetReader.OpenAsync(stream, "part-0.parquet", Cancellation);
            Assert.Equal("Double", file.Schema.Columns[0].Type.Physical.ToString());
        }
    }

    [Fact]
    public async Task Rows_of_declared_kinds_are_not_held()
    {
        var kinds = new Dictionary<string, RowValueKind> { ["a"] = RowValueKind.Text };
        using var stream = new MemoryStream();
        await using var writer = new ParquetRowWriter(stream, new OutputColumns(["a"], tokenIds: false, kinds));
        var text = new string('x', 1 << 20);

        for (var row = 0; stream.Length == 0 && row < 200; row++)
        {
            await writer.WriteAsync(Carrying(("a", RowValue.FromText(text))), Cancellation);
        }

        Assert.NotEqual(0, stream.Length);
    }

    [Fact]
    public async Task The_file_says_where_its_rows_come_from()
    {
        var columns = new OutputColumns([], tokenIds: false) { Origin = [new("batchllm.job", "7")] };
        using var stream = await WriteAsync(columns, Carrying());
        var file = await ParquetReader.OpenAsync(stream, "part-0.parquet", Cancellation);
        Assert.Equal([new("batchllm.job", "7")], file.KeyValueMetadata);
    }

    [Fact]
    public async Task What_was_read_from_parquet_is_carried_in_its_type()
    {
        var columns = new OutputColumns(["i", "n", "b", "t"], tokenIds: false);
        var carried = Carrying(
            ("i", RowValue.FromInteger(long.MinValue)), ("n", RowValue.FromNumber(0.1)),
            ("b", RowValue.FromBoolean(false)), ("t", RowValue.FromText("日本")));
        var first = Assert.Single(await RoundTripAsync(columns, carried));
        var again = Assert.Single(await RoundTripAsync(columns, carried with { Carried = [.. first.Columns.Take(4)] }));
        Assert.Equal(carried.Carried, again.Columns.Take(4));
    }

    [Fact]
    public async Task No_rows_make_a_valid_file_without_rows()
    {
        using var stream = await WriteAsync(new OutputColumns(["id"], tokenIds: true));
        Assert.Equal(0, (await ParquetReader.OpenAsync(stream, "part-0.parquet", Cancellation)).RowCount);
    }

    private static CompletedRow Carrying(params (string Name, RowValue Value)[] carried) => new(
        Location, [.. carried.Select(column => KeyValuePair.Create(column.Name, column.Value))],
        "c", FinishReason.Stop, 1, 1, null, null);

    private static async Task<List<Row>> RoundTripAsync(OutputColumns columns, params CompletedRow[] rows)
    {
        using var stream = await WriteAsync(columns, rows);
        return await new ParquetRowReader(new MemoryBlob(stream.ToArray())).RowsAsync(MemoryBlob.Uri);
    }

    private static async Task<MemoryStream> WriteAsync(OutputColumns columns, params CompletedRow[] rows)
    {
        var stream = new MemoryStream();
        await using var writer = new ParquetRowWriter(stream, columns);
        foreach (var row in rows)
        {
            await writer.WriteAsync(row, Cancellation);
        }

        await writer.CompleteAsync(Cancellation);
        return stream;
    }
}
