using System.Globalization;
using System.Text.Json.Nodes;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using Xunit;

namespace BatchLLM.Tests.Parquet.Nested;

/// <summary>Nested fields come back as they were written, wherever pages and row groups end.</summary>
public sealed class NestedWriteTests
{
    [Fact]
    public async Task Random_values_come_back()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            List<ParquetFieldSchema> fields =
                [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => RandomField(random, $"c{i}", depth: 3))];
            var rows = Enumerable.Range(0, random.Next(600))
                .Select(_ => fields.ConvertAll(field => RandomValue(random, field)))
                .ToList();
            var options = new ParquetWriterOptions
            {
                PageRows = random.Next(1, 200),
                RowGroupRows = random.Next(1, 400),
                Compression = (ParquetCompression)random.Next(4),
            };

            var reader = await ParquetFiles.OpenAsync(await WriteAsync(fields, rows, options));

            Assert.Equal(fields.ConvertAll(field => field.Name), reader.Schema.Fields.Select(field => field.Name));
            var (first, count) = (random.Next(rows.Count + 1), random.Next(rows.Count + 1));
            await AssertAsync(reader, rows, 0, rows.Count, $"seed {seed}");
            await AssertAsync(reader, rows, first, Math.Min(count, rows.Count - first), $"seed {seed}, from {first}");
        }
    }

    [Fact]
    public async Task A_row_is_complete_or_refused()
    {
        var field = ParquetFieldSchema.List(
            "messages",
            ParquetFieldSchema.Struct(
                "element",
                [
                    ParquetFieldSchema.Value("role", ParquetColumnType.Text, isOptional: false),
                    ParquetFieldSchema.Value("n", ParquetColumnType.Int32),
                ]));
        using var stream = new MemoryStream();
        var writer = ParquetWriter.OfFields(stream, [field]);
        var messages = writer.Fields[0];

        Assert.Contains("cannot take a struct", Assert.Throws<InvalidOperationException>(messages.BeginStruct).Message);
        Assert.Contains("cannot take a value", Assert.Throws<InvalidOperationException>(() => messages.Value).Message);
        var element = messages.Children[0];
        Assert.Throws<InvalidOperationException>(element.BeginElement);
        Assert.Throws<InvalidOperationException>(element.Children[0].AppendNull);
        messages.BeginList();
        messages.BeginElement();
        element.BeginStruct();
        element.Children[0].Value.AppendText("user");
        messages.EndList();

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await writer.EndRowAsync(CancellationToken.None));

        Assert.Equal("Column 'messages.list.element.n' was given 0 values for 1 rows of the row group.", refusal.Message);
    }

    [Fact]
    public void A_form_that_cannot_be_is_refused()
    {
        var value = ParquetFieldSchema.Value("a", ParquetColumnType.Text);
        Assert.Throws<ArgumentException>(() => ParquetFieldSchema.Struct("s", []));
        Assert.Throws<ArgumentException>(() => ParquetFieldSchema.Struct("s", [value, value]));
        Assert.Throws<ArgumentException>(() => ParquetFieldSchema.Map("m", ParquetFieldSchema.List("l", value), value));
    }

    private static async Task AssertAsync(
        ParquetReader reader, List<List<JsonNode?>> rows, int first, int count, string where)
    {
        var found = await reader.ReadTextAsync(reader.ReadableColumns(), first, count);
        Assert.True(count == found.Count, $"{where}: {found.Count} rows; expected {count}");
        for (var row = 0; row < count; row++)
        {
            var expected = rows[first + row].ConvertAll(Text);
            Assert.True(
                expected.SequenceEqual(found[row]),
                $"{where}: row {row} is {string.Join(" | ", found[row])}; expected {string.Join(" | ", expected)}");
        }
    }

    private static string? Text(JsonNode? value) =>
        value is JsonValue text ? text.GetValue<string>() : value?.ToJsonString(ParquetFiles.Relaxed);

    private static async Task<byte[]> WriteAsync(
        List<ParquetFieldSchema> fields, List<List<JsonNode?>> rows, ParquetWriterOptions options)
    {
        using var stream = new MemoryStream();
        var writer = ParquetWriter.OfFields(stream, fields, options);
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Count; i++)
            {
                Append(writer.Fields[i], row[i]);
            }

            await writer.EndRowAsync(CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
        return stream.ToArray();
    }

    private static void Append(ParquetFieldWriter field, JsonNode? value)
    {
        switch (value)
        {
            case null:
                field.AppendNull();
                break;
            case JsonObject members:
                field.BeginStruct();
                field.Children.ToList().ForEach(child => Append(child, members[child.Schema.Name]));
                break;
            case JsonArray items:
                AppendItems(field, items);
                break;
            default:
                AppendText(field.Value, value.GetValue<string>());
                break;
        }
    }

    private static void AppendItems(ParquetFieldWriter field, JsonArray items)
    {
        field.BeginList();
        foreach (var item in items)
        {
            field.BeginElement();
            for (var i = 0; i < field.Children.Count; i++)
            {
                Append(field.Children[i], field.Schema.Shape == ParquetShape.Map ? item![i] : item);
            }
        }

        field.EndList();
    }

    private static void AppendText(ParquetColumnWriter column, string text)
    {
        switch (column.Schema.Type.Kind)
        {
            case ParquetValueKind.Boolean:
                column.AppendBoolean(text == "true");
                break;
            case ParquetValueKind.Integer:
                column.AppendInt64(long.Parse(text, CultureInfo.InvariantCulture));
                break;
            default:
                column.AppendText(text);
                break;
        }
    }

    private static ParquetFieldSchema RandomField(Random random, string name, int depth) =>
        random.Next(depth == 0 ? 3 : 6) switch
        {
            0 => ParquetFieldSchema.Value(name, ParquetColumnType.Text, random.Next(2) == 0),
            1 => ParquetFieldSchema.Value(name, ParquetColumnType.Int64, random.Next(2) == 0),
            2 => ParquetFieldSchema.Value(name, ParquetColumnType.Boolean, random.Next(2) == 0),
            3 => ParquetFieldSchema.List(name, RandomField(random, "anything", depth - 1)),
            4 => ParquetFieldSchema.Map(
                name,
                ParquetFieldSchema.Value("k", random.Next(2) == 0 ? ParquetColumnType.Text : ParquetColumnType.Int32),
                RandomField(random, "v", depth - 1)),
            _ => ParquetFieldSchema.Struct(
                name,
                [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => RandomField(random, $"f.{i}", depth - 1))]),
        };

    /// <summary>In the form of <see cref="NestedText"/>.</summary>
    private static JsonNode? RandomValue(Random random, ParquetFieldSchema field)
    {
        if (field.IsOptional && random.Next(4) == 0)
        {
            return null;
        }

        return field.Shape switch
        {
            ParquetShape.Value => RandomText(random, field.Type!),
            ParquetShape.Struct => new JsonObject(field.Children.Select(
                child => KeyValuePair.Create(child.Name, RandomValue(random, child)))),
            ParquetShape.List => Repeat(random, () => RandomValue(random, field.Children[0])),
            _ => Repeat(random, () => new JsonArray([.. field.Children.Select(child => RandomValue(random, child))])),
        };
    }

    private static JsonValue? RandomText(Random random, ParquetColumnType type) => JsonValue.Create(type.Kind switch
    {
        ParquetValueKind.Boolean => random.Next(2) == 0 ? "true" : "false",
        ParquetValueKind.Integer => $"{random.Next(-1000, 1000)}",
        _ => new[] { "", "a", "schön 😀", "the quick brown fox" }[random.Next(4)],
    });

    private static JsonArray Repeat(Random random, Func<JsonNode?> item) =>
        new([.. Enumerable.Range(0, random.Next(random.Next(6) == 0 ? 40 : 4)).Select(_ => item())]);
}
