using System.Text.Json.Nodes;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using Xunit;

namespace BatchLLM.Tests.Parquet.Nested;

/// <summary>
/// A value of any shape as tests compare it: a list is an array, a struct an object, a map an array of pairs, null null,
/// and a scalar its text.
/// </summary>
internal static class NestedText
{
    public static JsonNode? Show(ParquetColumn column, int row)
    {
        if (column.IsNull(row))
        {
            return null;
        }

        return column.Field.Shape switch
        {
            ParquetShape.Value => Text(column, row),
            ParquetShape.Struct => new JsonObject(column.Children.Select(
                child => KeyValuePair.Create(child.Name, Show(child, row)))),
            ParquetShape.List => new JsonArray([.. Elements(column, row).Select(i => Show(column.Children[0], i))]),
            _ => new JsonArray([.. Elements(column, row).Select(
                i => new JsonArray(Show(column.Children[0], i), Show(column.Children[1], i)))]),
        };
    }

    private static IEnumerable<int> Elements(ParquetColumn column, int row)
    {
        var elements = column.GetElements(row);
        return Enumerable.Range(elements.Start.Value, elements.End.Value - elements.Start.Value);
    }

    private static JsonValue? Text(ParquetColumn column, int row)
    {
        Assert.True(column.TryGetText(row, out var text), $"row {row} of {column.Name} is not UTF-8");
        return JsonValue.Create(text);
    }
}
