using System.Text.Json;
using BatchLLM.Blobs;
using BatchLLM.Blobs.Parquet;
using BatchLLM.Inference;
using BatchLLM.Parquet;
using BatchLLM.Rows;
using BatchLLM.Tests.Parquet;
using BatchLLM.Tests.Parquet.Nested;
using Xunit;

namespace BatchLLM.Tests.Blobs.Parquet;

/// <summary>Lists, maps, structs, decimals and times of the input are what they are in the output too.</summary>
public sealed class CarriedNestedTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_form_is_that_of_the_input()
    {
        var input = new MemoryBlob(ParquetFiles.Bytes("duckdb/nested_v1_snappy.parquet"));

        var (output, rows) = await CarryAsync(input);

        var file = await OpenAsync(output);
        Assert.Equal(
            [
                "list<struct<role: text, content: text>>", "struct<name: text, age: integer, born: struct<day: date, at: time>>",
                "map<text, decimal>", "list<list<struct<x: real, tags: list<text>>>>",
            ],
            file.Schema.Fields.Take(5).Skip(1).Select(field => field.ToString()));
        await AssertSameAsync(rows, output, "nested_v1_snappy");
    }

    [Fact]
    public async Task Values_come_back_whatever_the_file()
    {
        var names = ParquetFiles.In("apache", "*.parquet").Concat(ParquetFiles.In("duckdb", "*.parquet"));
        var nested = 0;
        foreach (var name in names)
        {
            var (output, rows) = await CarryAsync(new MemoryBlob(ParquetFiles.Bytes(name)));
            nested += await AssertSameAsync(rows, output, name);
        }

        Assert.True(nested > 5000, $"{nested} nested values");
    }

    [Fact]
    public async Task Random_values_come_back()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var (output, rows) = await CarryAsync(new MemoryBlob(new RandomNesting(seed, mostRows: 500).Bytes));
            await AssertSameAsync(rows, output, $"seed {seed}");
        }
    }

    [Fact]
    public async Task Only_what_all_inputs_have_in_one_form_keeps_it()
    {
        var names = new[] { "plain", "extra", "parts", "text" };
        var input = new MemoryBlob(ParquetFiles.Bytes("duckdb/chats.parquet"));
        var other = new MemoryBlob(ParquetFiles.Bytes("duckdb/nested_v1_snappy.parquet"));

        var own = await TypedColumns.SharedAsync(input, [MemoryBlob.Uri, MemoryBlob.Uri], names, Cancellation);
        var foreign = await TypedColumns.SharedAsync(other, [MemoryBlob.Uri], names, Cancellation);

        Assert.Equal(
            "list<struct<role: text in bytearray, content: text in bytearray>>", own.Find("plain")?.ToString());
        Assert.Null(own.Find("text"));
        Assert.Null(foreign.Find("plain"));
    }

    /// <returns>The output file, and the rows that were carried to it.</returns>
    private static async Task<(byte[] Output, List<Row> Rows)> CarryAsync(MemoryBlob input)
    {
        var reader = new ParquetRowReader(input);
        var rows = (await reader.RowsAsync(MemoryBlob.Uri, 3000)).Take(3000).ToList();
        var kinds = await reader.KindsAsync(MemoryBlob.Uri, Cancellation);
        List<string> names = rows.Count == 0 ? [] : [.. rows[0].Columns.Keys];
        var typed = await TypedColumns.SharedAsync(input, [MemoryBlob.Uri], names, Cancellation);
        using var stream = new MemoryStream();
        await using var writer = new ParquetRowWriter(
            stream, new OutputColumns(names, tokenIds: true, kinds) { Typed = typed });
        foreach (var row in rows)
        {
            await writer.WriteAsync(
                new CompletedRow(row.Location, [.. row.Columns], "c", FinishReason.Stop, 1, 1, [1, 2], null), Cancellation);
        }

        await writer.CompleteAsync(Cancellation);
        return (stream.ToArray(), rows);
    }

    /// <returns>Nested values that were compared.</returns>
    private static async Task<int> AssertSameAsync(List<Row> expected, byte[] output, string where)
    {
        var found = await new ParquetRowReader(new MemoryBlob(output)).RowsAsync(MemoryBlob.Uri, 5000);
        Assert.Equal(expected.Count, found.Count);
        var nested = 0;
        foreach (var (row, again) in expected.Zip(found))
        {
            foreach (var (name, value) in row.Columns)
            {
                var isNested = value.Kind == RowValueKind.Json;
                var same = isNested
                    ? Flat(value) == Flat(again.Columns[name])
                    : value.ToString() == again.Columns[name].ToString();
                Assert.True(same, $"{where}, {name}: {value} became {again.Columns[name]}");
                nested += isNested ? 1 : 0;
            }
        }

        return nested;
    }

    /// <summary>The JSON with every value as text.</summary>
    private static string Flat(RowValue value)
    {
        if (value.IsNull)
        {
            return "null";
        }

        using var json = JsonDocument.Parse(value.Text);
        return Flat(json.RootElement);
    }

    private static string Flat(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object =>
            $"{{{string.Join(',', value.EnumerateObject().Select(member => $"{member.Name}:{Flat(member.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Flat))}]",
        _ => value.ToString(),
    };

    private static Task<ParquetReader> OpenAsync(byte[] output) =>
        ParquetReader.OpenAsync(new MemoryStream(output), "part-0.parquet", Cancellation);
}
