using System.Text;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Jsonl;

public sealed class JsonlRecordTests
{
    private static readonly RowLocation Location = new("file:///a.jsonl", 3, 5);

    [Fact]
    public void Each_type_of_value_has_its_kind()
    {
        var row = Read("""
            {"t":"a\n\u00e9😀","i":-42,"max":9223372036854775807,"n":1.5,"b":true,"f":false,"z":null,
            "o":{"a":[1, "x"]},"l":[ ]}
            """.ReplaceLineEndings(" "));
        Assert.Null(row.Error);
        Assert.Equal(Location, row.Location);
        Assert.Equal(
            [
                new("t", RowValue.FromText("a\né😀")),
                new("i", RowValue.FromInteger(-42)),
                new("max", RowValue.FromInteger(long.MaxValue)),
                new("n", RowValue.FromNumber(1.5)),
                new("b", RowValue.FromBoolean(true)),
                new("f", RowValue.FromBoolean(false)),
                new("z", RowValue.Null),
                new("o", RowValue.FromJson("""{"a":[1, "x"]}""")),
                new("l", RowValue.FromJson("[ ]")),
            ],
            row.Columns);
    }

    [Theory]
    [InlineData("""{"user":{"name":"Ada","age":36}}""", "user.name", "Ada")]
    [InlineData("""{"a":1,"user":{"x":{"name":2},"name":"Ada"},"b":[1]}""", "user.name", "Ada")]
    [InlineData("""{"user":{"name":{"first":"Ada"}}}""", "user.name.first", "Ada")]
    [InlineData("""{"user":{"name":{"first":"Ada"}}}""", "user.name", """{"first":"Ada"}""")]
    [InlineData("""{"user":{"\u006eame":"Ada"}}""", "user.name", "Ada")]
    [InlineData("""{"user.name":"Ada"}""", "user.name", "Ada")]
    [InlineData("""{"user":{"name":"Eve"},"user.name":"Ada"}""", "user.name", "Ada")]
    [InlineData("""{"user":{"name":"Eve"},"user":{"name":"Ada"}}""", "user.name", "Ada")]
    [InlineData("""{"user":"Ada"}""", "user.name", null)]
    [InlineData("""{"user":[{"name":"Ada"}]}""", "user.name", null)]
    [InlineData("""{"user":{},"name":"Ada"}""", "user.name", null)]
    public void A_member_is_a_column_by_its_path(string line, string path, string? value)
    {
        var row = Read(line, path);

        Assert.Null(row.Error);
        Assert.Equal(value, row.Columns.TryGetValue(path, out var found) ? found.ToString() : null);
    }

    [Fact]
    public void An_object_and_its_members_are_read_from_one_line()
    {
        var row = Read("""{"user":{"name":"Ada","age":36},"x":1}""", "user", "user.name", "user.age", "x");

        Assert.Equal(
            [
                new("user.name", RowValue.FromText("Ada")),
                new("user.age", RowValue.FromInteger(36)),
                new("user", RowValue.FromJson("""{"name":"Ada","age":36}""")),
                new("x", RowValue.FromInteger(1)),
            ],
            row.Columns);
    }

    [Theory]
    [InlineData("""{"user":{"name":"Ada"}""")]
    [InlineData("""{"user":{"name":Ada}}""")]
    [InlineData("""{"user":{"name":"\ud800"}}""")]
    public void A_fault_inside_an_object_is_the_row_s(string line) =>
        Assert.Equal(RowErrorCodes.InvalidJson, Read(line, "user.name").Error!.Code);

    [Theory]
    [InlineData("0", RowValueKind.Integer)]
    [InlineData("-9223372036854775808", RowValueKind.Integer)]
    [InlineData("9223372036854775808", RowValueKind.Json)]
    [InlineData("9223372036854775000", RowValueKind.Integer)]
    [InlineData("-0", RowValueKind.Number)]
    [InlineData("0.0", RowValueKind.Number)]
    [InlineData("0e5", RowValueKind.Number)]
    [InlineData("1.50", RowValueKind.Number)]
    [InlineData("1e2", RowValueKind.Number)]
    [InlineData("1E-7", RowValueKind.Number)]
    [InlineData("0.1", RowValueKind.Number)]
    [InlineData("100000000000000000000", RowValueKind.Number)]
    [InlineData("0.30000000000000004", RowValueKind.Number)]
    [InlineData("0.1000000000000000055511151231257827", RowValueKind.Json)]
    [InlineData("123456789012345678.5", RowValueKind.Json)]
    [InlineData("1e400", RowValueKind.Json)]
    [InlineData("1e-400", RowValueKind.Json)]
    [InlineData("4.9e-324", RowValueKind.Json)]
    public void A_number_is_kept_without_loss(string literal, RowValueKind kind)
    {
        var value = Read($$"""{"n":{{literal}}}""").Columns["n"];
        Assert.Equal(kind, value.Kind);
        if (kind == RowValueKind.Json)
        {
            Assert.Equal(literal, value.Text);
        }
    }

    [Theory]
    [InlineData("""[1]""", "The line holds an array; expected one JSON object.")]
    [InlineData(""" "text" """, "The line holds a string; expected one JSON object.")]
    [InlineData("12", "The line holds a number; expected one JSON object.")]
    [InlineData("null", "The line holds null; expected one JSON object.")]
    [InlineData("true", "The line holds a truth value; expected one JSON object.")]
    [InlineData("""{"a":secret}""", "The line is not valid JSON from byte 6 on; expected one object.")]
    [InlineData("""{"a":1,}""", "The line is not valid JSON from byte 8 on; expected one object.")]
    [InlineData("""{"a":1""", "The line is not valid JSON from byte 7 on; expected one object.")]
    [InlineData("""{"a":"secret""", "The line is not valid JSON from byte 13 on; expected one object.")]
    [InlineData("""{"a":1} {"b":2}""", "The line is not valid JSON from byte 9 on; expected one object.")]
    [InlineData("""{"a":1}x""", "The line is not valid JSON from byte 8 on; expected one object.")]
    [InlineData("""{a:1}""", "The line is not valid JSON from byte 2 on; expected one object.")]
    [InlineData("""{'a':1}""", "The line is not valid JSON from byte 2 on; expected one object.")]
    [InlineData("""{"a":NaN}""", "The line is not valid JSON from byte 6 on; expected one object.")]
    [InlineData("""{"a":01}""", "The line is not valid JSON from byte 7 on; expected one object.")]
    [InlineData("""{"a":1} // secret""", "The line is not valid JSON from byte 9 on; expected one object.")]
    [InlineData("\0\0\0", "The line is not valid JSON from byte 1 on; expected one object.")]
    [InlineData("{\"a\":\"\0\"}", "The line is not valid JSON from byte 7 on; expected one object.")]
    [InlineData("\uFEFF{}", "The line is not valid JSON from byte 1 on; expected one object.")]
    [InlineData("""{"a":"secret\ud800"}""",
        "The text at byte 6 of the line escapes half of a surrogate pair; expected both halves or neither.")]
    [InlineData("""{"a\udc00":1}""",
        "The text at byte 2 of the line escapes half of a surrogate pair; expected both halves or neither.")]
    public void A_faulty_line_is_a_row_with_its_place_and_without_its_text(string line, string message)
    {
        var row = Read(line);
        Assert.Equal(new RowError(RowErrorCodes.InvalidJson, message), row.Error);
        Assert.Empty(row.Columns);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0x7B, 0x22, 0xFF }, 3)]
    [InlineData(new byte[] { 0x7B, 0x7D, 0x20, 0xE2, 0x82 }, 4)]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, 1)]
    [InlineData(new byte[] { 0xC3, 0xA9, 0xC0, 0xAF }, 3)]
    public void A_line_that_is_not_utf8_says_where(byte[] line, int position)
    {
        var row = JsonlRecord.Read(line, Location, new ColumnNames(null));
        Assert.Equal(new RowError(RowErrorCodes.InvalidUtf8, $"Byte {position} of the line is not UTF-8."), row.Error);
    }

    [Fact]
    public void Invalid_utf8_counts_also_in_columns_that_are_not_read()
    {
        byte[] line = [.. "{\"a\":1,\"b\":\""u8, 0xFF, .. "\"}"u8];
        var row = JsonlRecord.Read(line, Location, new ColumnNames(new HashSet<string> { "a" }));
        Assert.Equal(RowErrorCodes.InvalidUtf8, row.Error?.Code);
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(65, false)]
    [InlineData(10_000, false)]
    public void Nesting_has_a_limit(int arrays, bool good)
    {
        var row = Read($$"""{"a":{{new string('[', arrays)}}{{new string(']', arrays)}}}""");
        Assert.Equal(good ? null : "The line nests deeper than 64 levels.", row.Error?.Message);
    }

    [Fact]
    public void A_name_that_stands_twice_has_its_last_value() =>
        Assert.Equal(RowValue.FromInteger(2), Assert.Single(Read("""{"a":1,"a":2}""").Columns).Value);

    [Fact]
    public void An_escaped_name_is_the_same_name()
    {
        var row = Read("""{"\u0061b":1}""", "ab");
        Assert.Equal(RowValue.FromInteger(1), row.Columns["ab"]);
    }

    [Fact]
    public void Names_are_compared_ordinally()
    {
        var row = Read("""{"A":1,"a":2}""");
        Assert.Equal([RowValue.FromInteger(1), RowValue.FromInteger(2)], row.Columns.Values);
    }

    [Fact]
    public void Only_wanted_columns_are_kept()
    {
        var row = Read("""{"x":{"id":1},"id":2,"y":[{"text":3}],"text":4,"z":"\ud800"}""", "text", "id", "absent");
        Assert.Equal(
            [new("id", RowValue.FromInteger(2)), new("text", RowValue.FromInteger(4))],
            row.Columns);
    }

    [Fact]
    public void Names_are_found_in_any_order_and_number()
    {
        var names = new ColumnNames(null);
        for (var row = 0; row < 4; row++)
        {
            var order = Enumerable.Range(0, 100).OrderBy(i => (i * 37 + row * 11) % 101).ToList();
            var line = "{" + string.Join(',', order.Select(i => $"\"c{i}\":{i}")) + "}";
            var read = JsonlRecord.Read(Encoding.UTF8.GetBytes(line), Location, names);
            Assert.Equal(order.Select(i => KeyValuePair.Create($"c{i}", RowValue.FromInteger(i))), read.Columns);
        }
    }

    [Fact]
    public void An_empty_object_is_a_row_without_columns() => Assert.Empty(Read("{}\r").Columns);

    private static Row Read(string line, params string[] columns) => JsonlRecord.Read(
        Encoding.UTF8.GetBytes(line), Location, new ColumnNames(columns.Length == 0 ? null : columns.ToHashSet()));
}
