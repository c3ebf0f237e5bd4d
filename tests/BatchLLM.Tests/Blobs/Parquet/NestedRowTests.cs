using System.Text;
using System.Text.Json;
using BatchLLM.Blobs.Parquet;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Prompts;
using BatchLLM.Rows;
using BatchLLM.Tests.Jobs;
using BatchLLM.Tests.Parquet;
using BatchLLM.Tests.Parquet.Nested;
using Xunit;

namespace BatchLLM.Tests.Blobs.Parquet;

/// <summary>Nested columns as values of rows, from files that other programs wrote.</summary>
public sealed class NestedRowTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_maps_and_structs_are_json()
    {
        var rows = await Reader("duckdb/nested_v1_snappy.parquet").RowsAsync(MemoryBlob.Uri, 2000);

        Assert.Equal(1500, rows.Count);
        Assert.Equal(["id", "messages", "user", "prices", "deep", "numbers"], rows[0].Columns.Keys);
        Assert.Equal(RowValue.Null, rows[0].Columns["messages"]);
        Assert.Equal(RowValue.FromJson("[]"), rows[1].Columns["messages"]);
        Assert.Equal(
            RowValue.FromJson("""[{"role":"user","content":"Zeile 3 😀"},{"role":"assistant","content":null}]"""),
            rows[3].Columns["messages"]);
        Assert.Equal(
            RowValue.FromJson("""{"name":"user 6","age":null,"born":{"day":"1970-01-05","at":"00:00:06.500"}}"""),
            rows[6].Columns["user"]);
        Assert.Equal(RowValue.FromJson("""{"key 0":-1.00,"key 1":null,"key 2":1.50}"""), rows[3].Columns["prices"]);
        Assert.Equal(
            RowValue.FromJson("""[[{"x":0,"tags":[]},{"x":0.125,"tags":["t0"]}],null]"""), rows[2].Columns["deep"]);
    }

    [Fact]
    public async Task A_member_of_a_struct_is_a_column_by_its_path()
    {
        var reader = Reader("duckdb/nested_v1_snappy.parquet");

        var rows = await reader.RowsAsync(MemoryBlob.Uri, 2000, "user.name", "user.born.day", "user.nothing", "id");

        Assert.Equal(["id", "user.name", "user.born.day"], rows[0].Columns.Keys);
        Assert.True(rows[5].Columns["user.name"].IsNull);
        Assert.Equal("user 6", rows[6].Columns["user.name"].Text);
        Assert.Equal("1970-01-05", rows[6].Columns["user.born.day"].Text);
    }

    [Fact]
    public async Task A_path_into_a_list_is_refused()
    {
        var reader = Reader("duckdb/nested_v1_snappy.parquet");

        var e = await Assert.ThrowsAsync<BatchLLMException>(() => reader.RowsAsync(MemoryBlob.Uri, 2000, "messages.role"));

        Assert.Equal(
            $"{MemoryBlob.Uri}: 'messages.role' is inside the list 'messages', which is read as a whole: ask for it.",
            e.Message);
    }

    [Fact]
    public async Task Kinds_are_those_of_fields_and_members()
    {
        var kinds = await Reader("duckdb/nested_v1_snappy.parquet").KindsAsync(MemoryBlob.Uri, Cancellation);

        Assert.Equal(
            [
                new("id", RowValueKind.Integer), new("messages", RowValueKind.Json), new("user", RowValueKind.Json),
                new("user.name", RowValueKind.Text), new("user.age", RowValueKind.Integer),
                new("user.born", RowValueKind.Json), new("user.born.day", RowValueKind.Text),
                new("user.born.at", RowValueKind.Text), new("prices", RowValueKind.Json),
                new("deep", RowValueKind.Json), new("numbers", RowValueKind.Json),
            ],
            kinds);
    }

    [Theory]
    [InlineData("nonnullable.impala.parquet", "Int_Map", """{"k1":-1}""")]
    [InlineData("incorrect_map_schema.parquet", "my_map", """{"parent":"another","name":"report"}""")]
    [InlineData("nested_maps.snappy.parquet", "a", """{"a":{"1":true,"2":false}}""")]
    [InlineData("old_list_structure.parquet", "a", "[[1,2],[3,4]]")]
    [InlineData("null_list.parquet", "emptylist", "[]")]
    public async Task Files_of_old_writers_are_json_too(string name, string column, string expected)
    {
        var rows = await Reader("apache/" + name).RowsAsync(MemoryBlob.Uri, 2000, column);

        Assert.Equal(expected, rows[0].Columns[column].Text);
    }

    [Fact]
    public async Task Every_nested_value_is_valid_json()
    {
        var names = ParquetFiles.In("apache", "*.parquet").Concat(ParquetFiles.In("duckdb", "nested_*.parquet"));
        var count = 0;
        foreach (var name in names)
        {
            foreach (var row in await Reader(name).RowsAsync(MemoryBlob.Uri, 10_000))
            {
                Assert.Null(row.Error);
                foreach (var (_, value) in row.Columns.Where(column => column.Value.Kind == RowValueKind.Json))
                {
                    using var document = JsonDocument.Parse(value.Text);
                    count++;
                }
            }
        }

        Assert.True(count > 5000, $"{count} nested values");
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("extra")]
    [InlineData("parts")]
    [InlineData("text")]
    [InlineData("json")]
    public async Task A_column_of_messages_is_a_prompt(string column)
    {
        var spec = JobSchema.Parse(JobSchema.Minimal(), $$"""prompt={"messages_column":"{{column}}"}""").Require();
        var prompts = new ConversationPrompts(spec);

        var rows = await Reader("duckdb/chats.parquet").RowsAsync(MemoryBlob.Uri, 10, [.. prompts.Columns]);

        Assert.Equal(
            ["system: Be brief. user: Größe? 😀", "system: Be {{kind}}. user: Größe? 😀"],
            rows.Select(row => string.Join(' ', prompts.Build(row).Draft!.Messages
                .Select(message => message.ToMessage()).Select(message => $"{message.Role}: {message.Content}"))));
    }

    [Fact]
    public async Task A_placeholder_shows_a_member_by_its_path_and_a_list_as_json()
    {
        var template = PromptTemplate.Parse("{{user.name}} ({{ user.born.day }}): {{messages}}", "prompt.text");

        var rows = await Reader("duckdb/nested_v1_snappy.parquet").RowsAsync(MemoryBlob.Uri, 2000, [.. template.Columns]);

        Assert.Equal(
            """user 3 (1970-01-02): [{"role":"user","content":"Zeile 3 😀"},{"role":"assistant","content":null}]""",
            string.Concat(template.Render(rows[3], out var error).Select(part => part.Text)));
        Assert.Null(error);
    }

    [Fact]
    public async Task A_value_longer_than_a_line_may_be_fails_its_row_alone()
    {
        // A list of 16 texts of 5 MB each, of which the file holds one.
        var file = new NestedFile([new("a") { Repetition = Repetition.Repeated, Type = ParquetPhysicalType.ByteArray }], 1);
        var text = new string('x', 5_000_000);
        byte[] value = [.. BitConverter.GetBytes(text.Length), .. Encoding.UTF8.GetBytes(text)];
        var leaf = new LeafChunk(ParquetPhysicalType.ByteArray, 1, 1);
        leaf.Pages.Add([new Entry(0, 1, value)]);
        leaf.Pages.Add([new Entry(0, 1, value), .. Enumerable.Repeat(new Entry(1, 1, value), 15)]);
        var reader = new ParquetRowReader(new MemoryBlob(file.Add(2, leaf).Write()));

        var rows = await reader.RowsAsync(MemoryBlob.Uri);

        Assert.Equal($"[\"{text}\"]", rows[0].Columns["a"].Text);
        Assert.Equal(
            new RowError(
                RowErrorCodes.RowTooLong, "Column 'element' takes more than 67108864 bytes as JSON; expected at most so many."),
            rows[1].Error);
    }

    [Fact]
    public async Task Numbers_and_texts_that_JSON_cannot_hold_as_they_are()
    {
        SchemaElement[] elements =
        [
            new("s") { Repetition = Repetition.Required, ChildCount = 2 },
            new("number") { Repetition = Repetition.Required, Type = ParquetPhysicalType.Float },
            new("text") { Repetition = Repetition.Required, Type = ParquetPhysicalType.ByteArray, ConvertedType = ConvertedType.Utf8 },
        ];
        var numbers = new LeafChunk(ParquetPhysicalType.Float, 0, 0);
        numbers.Pages.Add([.. new[] { 0.1f, float.NaN, 1e30f }.Select(number => new Entry(0, 0, BitConverter.GetBytes(number)))]);
        var texts = new LeafChunk(ParquetPhysicalType.ByteArray, 0, 0);
        texts.Pages.Add([new Entry(0, 0, [1, 0, 0, 0, (byte)'"']), new Entry(0, 0, [0, 0, 0, 0]), new Entry(0, 0, [1, 0, 0, 0, 0xC3])]);
        var reader = new ParquetRowReader(new MemoryBlob(new NestedFile(elements, 1).Add(3, numbers, texts).Write()));

        var rows = await reader.RowsAsync(MemoryBlob.Uri);

        Assert.Equal("""{"number":0.1,"text":"\""}""", rows[0].Columns["s"].Text);
        Assert.Equal("""{"number":null,"text":""}""", rows[1].Columns["s"].Text);
        Assert.Equal(
            new RowError(RowErrorCodes.InvalidUtf8, "Column 'text' holds bytes that are not UTF-8."), rows[2].Error);
    }

    private static ParquetRowReader Reader(string name) => new(new MemoryBlob(ParquetFiles.Bytes(name)));
}
