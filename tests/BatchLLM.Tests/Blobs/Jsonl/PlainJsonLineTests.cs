using System.Text;
using BatchLLM.Blobs;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Jsonl;

public sealed class PlainJsonLineTests
{
    private static readonly RowLocation Location = new("file:///a.jsonl", 3, 5);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 100)];

    [Theory]
    [InlineData("""{"id":17,"body":"größe 😀","ok":true,"no":false,"none":null}""", true)]
    [InlineData("""{ "a" : 1 , "b" : "" }  """, true)]
    [InlineData("{}", true)]
    [InlineData("""{"a":999999999999999999}""", true)]
    [InlineData("""{"a":9999999999999999999}""", false)]
    [InlineData("""{"a":-1}""", false)]
    [InlineData("""{"a":1.5}""", false)]
    [InlineData("""{"a":01}""", false)]
    [InlineData("""{"a":1e3}""", false)]
    [InlineData("""{"a":[1]}""", false)]
    [InlineData("""{"a":"\n"}""", false)]
    [InlineData("""{"\u0061":1}""", false)]
    [InlineData("{\"a\":\"\t\"}", false)]
    [InlineData("""{"a":1,}""", false)]
    [InlineData("""{"a":1}x""", false)]
    [InlineData("""{"a":nulls}""", false)]
    [InlineData("""{"a" 1}""", false)]
    [InlineData("""{"a":"1""", false)]
    public void What_is_plain_is_read_here_and_the_rest_is_left(string line, bool isPlain)
    {
        var bytes = Encoding.UTF8.GetBytes(line);

        Assert.Equal(isPlain, PlainJsonLine.TryRead(bytes, new ColumnNames(null), new RowColumns(8)));
        Agrees(bytes, null);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_line_gives_what_the_general_reader_gives_whatever_is_wrong_with_it(int seed)
    {
        var random = new Random(seed);
        string[] pieces =
        [
            "{", "}", "\"", ":", ",", "\"a\"", "\"b\"", "\"größe\"", "1", "0", "-", ".5", "null", "true", "false", " ", "\t", "\\", "\\n",
            "[]", "{}", "\"a\":1", "\"b\":\"text\"", "x", "\r", "\u0001",
        ];
        for (var round = 0; round < 200; round++)
        {
            var line = "{" + string.Concat(random.GetItems(pieces, random.Next(12))) + (random.Next(3) == 0 ? "" : "}");
            Agrees(Encoding.UTF8.GetBytes(line), random.Next(2) == 0 ? null : ["a", "größe"]);
        }
    }

    [Fact]
    public void A_column_more_than_there_is_room_for_is_not_lost()
    {
        var line = Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, 40).Select(name => $"\"c{name}\":{name}")) + "}");
        var names = new ColumnNames(null);

        foreach (var row in (Row[])[JsonlRecord.Read(line, Location, names), JsonlRecord.Read(line, Location, names)])
        {
            Assert.Equal(Enumerable.Range(0, 40).Select(value => (long)value), row.Columns.Values.Select(value => value.Integer));
        }
    }

    private static void Agrees(byte[] line, string[]? columns)
    {
        var expected = JsonlRecord.ReadAny(line, Location, new ColumnNames(columns?.ToHashSet()));
        var actual = JsonlRecord.Read(line, Location, new ColumnNames(columns?.ToHashSet()));

        Assert.True(expected.Error == actual.Error && expected.Columns.SequenceEqual(actual.Columns), Encoding.UTF8.GetString(line));
    }
}
