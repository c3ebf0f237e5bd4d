using System.Globalization;
using System.Text.Json;

namespace BatchLLM.Jobs.Json;

/// <summary>The types of JSON Schema, and their names in messages.</summary>
internal static class SchemaTypes
{
    /// <summary>True if a value is of a schema's type. A number with a fraction is still taken for a bad integer.</summary>
    public static bool Matches(JsonTree value, string type) => type switch
    {
        "object" => value.Kind == JsonValueKind.Object,
        "array" => value.Kind == JsonValueKind.Array,
        "string" => value.Kind == JsonValueKind.String,
        "boolean" => value.Kind is JsonValueKind.True or JsonValueKind.False,
        "number" or "integer" => value.Kind == JsonValueKind.Number,
        _ => throw new InvalidOperationException($"The job schema uses the type '{type}', which is not known here."),
    };

    /// <summary>A schema's type, for people.</summary>
    public static string Name(string type) => type switch
    {
        "object" => "an object",
        "array" => "an array",
        "string" => "a text",
        "boolean" => "true or false",
        "integer" => "a whole number",
        _ => "a number",
    };

    /// <summary>A value, for people; a text is never quoted, because it may be part of a prompt.</summary>
    public static string Describe(JsonTree value) => value.Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => string.Create(CultureInfo.InvariantCulture, $"a text of {value.Text.Length} characters"),
        JsonValueKind.Number => value.Text,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };
}
