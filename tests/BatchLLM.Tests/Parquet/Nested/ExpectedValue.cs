using System.Globalization;
using System.Text.Json;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Tests.Parquet.Nested;

/// <summary>Compares what was read with what another reader found, both in the form of <see cref="NestedText"/>.</summary>
internal static class ExpectedValue
{
    /// <returns>Where the two differ; null if they are the same.</returns>
    public static string? Compare(ParquetField field, JsonElement expected, string? actual)
    {
        if (actual is null || field.Shape == ParquetShape.Value)
        {
            var text = expected.ValueKind == JsonValueKind.String ? expected.GetString() : null;
            return expected.ValueKind is JsonValueKind.String or JsonValueKind.Null && IsSame(field, text, actual)
                ? null
                : $"{field.Name} is {actual ?? "null"}; expected {expected.GetRawText()}";
        }

        using var document = JsonDocument.Parse(actual);
        return Compare(field, expected, document.RootElement);
    }

    private static string? Compare(ParquetField field, JsonElement expected, JsonElement actual)
    {
        if (actual.ValueKind is JsonValueKind.Null or JsonValueKind.String)
        {
            return Compare(field, expected, actual.GetString());
        }

        if (expected.ValueKind != actual.ValueKind)
        {
            return $"{field.Name} is {actual.GetRawText()}; expected {expected.GetRawText()}";
        }

        return field.Shape switch
        {
            ParquetShape.Struct => First(field.Children.Select(child =>
                Compare(child, expected.GetProperty(child.Name), actual.GetProperty(child.Name)))),
            ParquetShape.List => CompareItems(expected, actual, (one, other) => Compare(field.Children[0], one, other)),
            _ => CompareItems(expected, actual, (one, other) =>
                First(field.Children.Select((child, i) => Compare(child, one[i], other[i])))),
        };
    }

    private static string? CompareItems(
        JsonElement expected, JsonElement actual, Func<JsonElement, JsonElement, string?> compare) =>
        expected.GetArrayLength() == actual.GetArrayLength()
            ? First(expected.EnumerateArray().Zip(actual.EnumerateArray(), compare))
            : $"a list has {actual.GetArrayLength()} elements; expected {expected.GetArrayLength()}";

    private static string? First(IEnumerable<string?> differences) => differences.FirstOrDefault(item => item is not null);

    /// <summary>The same number has several texts: exponents, and digits beyond its precision.</summary>
    private static bool IsSame(ParquetField field, string? expected, string? actual)
    {
        if (expected is null || actual is null || field.Column is not { Type.Kind: ParquetValueKind.Real } column)
        {
            return expected == actual;
        }

        var (one, other) = (Parse(expected), Parse(actual));
        return column.Type.Physical == ParquetPhysicalType.Double
            ? one.Equals(other)
            : ((float)one).Equals((float)other);
    }

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
