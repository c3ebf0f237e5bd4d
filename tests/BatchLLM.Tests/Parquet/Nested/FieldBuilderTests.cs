using BatchLLM.Parquet;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using Xunit;

namespace BatchLLM.Tests.Parquet.Nested;

/// <summary>
/// The forms in which lists and maps are stored, as LogicalTypes.md of the format specification shows them with their
/// meaning.
/// </summary>
public sealed class FieldBuilderTests
{
    [Theory]
    [InlineData("List<String>", "a? (LIST)[ list*[ element?:t ] ]", "a?: list<text?>")]
    [InlineData("required elements", "a! (LIST)[ list*[ element!:t ] ]", "a: list<text>")]
    [InlineData("other names", "a? (LIST)[ bag*[ item?:i ] ]", "a?: list<integer?>")]
    [InlineData("nested lists", "a? (LIST)[ list*[ element! (LIST)[ list*[ element!:i ] ] ] ]", "a?: list<list<integer>>")]
    [InlineData("repeated value", "a? (LIST)[ element*:i ]", "a?: list<integer>")]
    [InlineData("repeated tuple", "a? (LIST)[ element*[ str!:t num!:i ] ]", "a?: list<struct<str: text, num: integer>>")]
    [InlineData("array", "a? (LIST)[ array*[ str!:t ] ]", "a?: list<struct<str: text>>")]
    [InlineData("tuple", "a? (LIST)[ a_tuple*[ str!:t ] ]", "a?: list<struct<str: text>>")]
    [InlineData("not its tuple", "a? (LIST)[ b_tuple*[ str!:t ] ]", "a?: list<text>")]
    [InlineData("list in array", "a! (LIST)[ array* (LIST)[ array*:i ] ]", "a: list<list<integer>>")]
    [InlineData("one repeated field", "a? (LIST)[ list*[ b*:i ] ]", "a?: list<struct<b: list<integer>>>")]
    [InlineData("no annotation", "a*:i", "a: list<integer>")]
    [InlineData("no annotation, group", "a*[ b!:i c?:t ]", "a: list<struct<b: integer, c: text?>>")]
    [InlineData("no annotation inside", "a?[ b*[ c!:i ] ]", "a?: struct<b: list<struct<c: integer>>>")]
    [InlineData("map", "a! (MAP)[ key_value*[ key!:t value?:i ] ]", "a: map<text, integer?>")]
    [InlineData("older map", "a? (MAP)[ map* (MAP_KEY_VALUE)[ str!:t num!:i ] ]", "a?: map<text, integer>")]
    [InlineData("oldest map", "a? (MAP_KEY_VALUE)[ map*[ key!:t value?:i ] ]", "a?: map<text, integer?>")]
    [InlineData("map of keys", "a? (MAP)[ key_value*[ key!:t ] ]", "a?: list<text>")]
    [InlineData("map of lists", "a? (MAP)[ kv*[ key!:t value? (LIST)[ list*[ element?:i ] ] ] ]", "a?: map<text, list<integer?>?>")]
    [InlineData("list without elements", "a? (LIST)[ x!:i y!:i ]", "a?: struct<x: integer, y: integer>")]
    [InlineData("map without pairs", "a? (MAP)[ kv![ key!:t value!:i ] ]", "a?: struct<kv: struct<key: text, value: integer>>")]
    public void A_form_is_read_as_what_it_means(string form, string schema, string expected)
    {
        var field = Assert.Single(Build(schema).Fields);

        Assert.True(expected == Show(field, withName: true), $"{form}: {Show(field, withName: true)}; expected {expected}");
        Assert.Null(field.Refusal);
    }

    [Theory]
    [InlineData("a?[ b![ c?:t ] ]", "a.b.c", 2, "0")]
    [InlineData("a? (LIST)[ list*[ element?:t ] ]", "a.list.element", 3, "0,2")]
    [InlineData("a? (LIST)[ list*[ element! (LIST)[ array*:i ] ] ]", "a.list.element.array", 3, "0,2,3")]
    [InlineData("a! (MAP)[ kv*[ key!:t value?:i ] ]", "a.kv.key a.kv.value", 1, "0,1")]
    public void Leaves_know_their_levels(string schema, string names, int definition, string elements)
    {
        var columns = Build(schema).Columns;

        Assert.Equal(names.Split(' '), columns.Select(column => column.Name));
        Assert.Equal(definition, columns[0].MaxDefinition);
        Assert.Equal(elements, string.Join(',', columns[0].ElementLevels));
    }

    [Theory]
    [InlineData("a?[ ]", "is a group without fields")]
    [InlineData("a? (VARIANT)[ metadata!:b value!:b ]", "is a VARIANT; not supported yet")]
    [InlineData("a? (LIST)[ list*[ element? (GEOMETRY):b ] ]", "is a GEOMETRY; not supported yet")]
    [InlineData("a?[ b?:? ]", "has the unknown physical type 77")]
    public void What_is_not_read_is_refused_by_its_name(string schema, string reason)
    {
        var fields = Build("ok!:i " + schema);

        var refusal = Assert.Throws<ParquetException>(() => fields.Find("a"));

        Assert.True(refusal.IsUnsupported);
        Assert.StartsWith($"f.parquet: column 'a' {reason}", refusal.Message);
        Assert.NotNull(fields.Find("ok").Column);
    }

    [Fact]
    public void A_name_with_dots_comes_before_a_path()
    {
        var schema = Build("a![ b!:i ] a.b!:t");

        Assert.Equal("text", schema.Find("a.b").ToString());
        Assert.Equal("integer", Build("x.y![ b!:i ]").Find("x.y.b").ToString());
    }

    private static ParquetSchema Build(string text)
    {
        var tokens = new Queue<string>(text.Split(' '));
        var elements = new List<SchemaElement> { new("root") };
        var count = 0;
        for (; tokens.Count > 0; count++)
        {
            Parse(tokens, elements);
        }

        elements[0] = elements[0] with { ChildCount = count };
        return new FieldBuilder("f.parquet").Build(new SchemaTree("f.parquet", elements).Read());
    }

    /// <summary>A name, then ! for required, ? for optional or * for repeated, then the type, or children in brackets.</summary>
    private static void Parse(Queue<string> tokens, List<SchemaElement> elements)
    {
        var token = tokens.Dequeue();
        token += tokens.TryPeek(out var next) && next.StartsWith('(') ? tokens.Dequeue() : "";
        var mark = token.IndexOfAny(['!', '?', '*']);
        var rest = token[(mark + 1)..];
        var position = elements.Count;
        elements.Add(new SchemaElement(token[..mark])
        {
            Repetition = (Repetition)"!?*".IndexOf(token[mark], StringComparison.Ordinal),
            ConvertedType = rest.Contains("(LIST)", StringComparison.Ordinal) ? ConvertedType.List
                : rest.Contains("(MAP_KEY_VALUE)", StringComparison.Ordinal) ? ConvertedType.MapKeyValue
                : rest.EndsWith(":t", StringComparison.Ordinal) ? ConvertedType.Utf8
                : null,
            Logical = rest.Contains("(MAP)", StringComparison.Ordinal) ? new(LogicalType.Map)
                : rest.Contains("(VARIANT)", StringComparison.Ordinal) ? new(LogicalType.Variant)
                : rest.Contains("(GEOMETRY)", StringComparison.Ordinal) ? new(LogicalType.Geometry)
                : null,
            Type = rest[^1] switch
            {
                'i' => ParquetPhysicalType.Int32,
                't' or 'b' => ParquetPhysicalType.ByteArray,
                '?' => (ParquetPhysicalType)77,
                _ => null,
            },
        });
        if (rest[^1] == '[')
        {
            elements[position] = elements[position] with { ChildCount = ParseChildren(tokens, elements) };
        }
    }

    private static int ParseChildren(Queue<string> tokens, List<SchemaElement> elements)
    {
        var count = 0;
        for (; tokens.Peek() != "]"; count++)
        {
            Parse(tokens, elements);
        }

        tokens.Dequeue();
        return count;
    }

    /// <summary>As the field shows itself, with a question mark where it may be null.</summary>
    private static string Show(ParquetField field, bool withName)
    {
        var children = field.Children.Select(child => Show(child, field.Shape == ParquetShape.Struct));
        var type = field.Shape == ParquetShape.Value
            ? field.ToString()
            : $"{field.Shape.ToString().ToLowerInvariant()}<{string.Join(", ", children)}>";
        var mark = field.IsOptional ? "?" : "";
        return !withName ? type + mark
            : field.Shape == ParquetShape.Value ? $"{field.Name}: {type}{mark}"
            : $"{field.Name}{mark}: {type}";
    }
}
