using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BatchLLM.Jobs.Json;

/// <summary>The rules of JSON Schema about a single value of the right type.</summary>
internal static class SchemaRules
{
    /// <summary>What is wrong with a value, each as the end of a sentence about it.</summary>
    public static IEnumerable<string> Check(JsonTree value, JsonElement rules) => value.Kind switch
    {
        JsonValueKind.Number => CheckNumber(value, rules),
        JsonValueKind.String => CheckText(value, rules),
        JsonValueKind.Array => CheckArray(value, rules),
        JsonValueKind.Object => CheckObject(value, rules),
        _ => CheckTruth(value, rules),
    };

    /// <summary>The required keys that an object lacks.</summary>
    public static IEnumerable<string> Missing(JsonTree value, JsonElement rules) =>
        rules.TryGetProperty("required", out var required)
            ? required.EnumerateArray().Select(item => item.GetString()!).Where(name => value.Find(name) is null)
            : [];

    private static IEnumerable<string> CheckNumber(JsonTree value, JsonElement rules)
    {
        var number = double.Parse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (IsOutside(number, rules))
        {
            yield return $"is {value.Text}; expected {Range(rules)}";
        }
        else if (rules.GetProperty("type").ValueEquals("integer"u8)
            && !long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            yield return $"is {value.Text}; expected a whole number, written without a fraction or an exponent";
        }
    }

    private static bool IsOutside(double number, JsonElement rules) =>
        (rules.TryGetProperty("minimum", out var least) && number < least.GetDouble())
        || (rules.TryGetProperty("exclusiveMinimum", out var above) && number <= above.GetDouble())
        || (rules.TryGetProperty("maximum", out var most) && number > most.GetDouble());

    private static string Range(JsonElement rules)
    {
        var most = rules.GetProperty("maximum").GetRawText();
        return rules.TryGetProperty("exclusiveMinimum", out var above)
            ? $"above {above.GetRawText()} and at most {most}"
            : $"{rules.GetProperty("minimum").GetRawText()} to {most}";
    }

    private static IEnumerable<string> CheckText(JsonTree value, JsonElement rules)
    {
        if (rules.TryGetProperty("enum", out var values)
            && !values.EnumerateArray().Any(item => item.ValueEquals(value.Text)))
        {
            var names = string.Join(", ", values.EnumerateArray().Select(item => item.GetString()));
            yield return $"is '{value.Text}'; expected one of {names}";
        }

        if (rules.TryGetProperty("minLength", out var least) && value.Text.Length < least.GetInt32())
        {
            yield return "is empty; expected at least one character";
        }

        if (rules.TryGetProperty("pattern", out var pattern) && !IsMatch(value.Text, pattern.GetString()!))
        {
            yield return $"is '{value.Text}'; expected a text that matches {pattern.GetString()}";
        }
    }

    /// <summary>JSON Schema's $ is the end of the text; .NET's also stands before a last line feed.</summary>
    private static bool IsMatch(string text, string pattern) => !text.EndsWith('\n') && Regex.IsMatch(text, pattern);

    private static IEnumerable<string> CheckArray(JsonTree value, JsonElement rules)
    {
        if (rules.TryGetProperty("minItems", out var least) && value.Items.Count < least.GetInt32())
        {
            yield return "is empty; expected at least one item";
        }

        if (rules.TryGetProperty("maxItems", out var most) && value.Items.Count > most.GetInt32())
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"has {value.Items.Count} items; expected at most {most.GetInt32()}");
        }

        if (rules.TryGetProperty("uniqueItems", out _)
            && value.Items.DistinctBy(item => item.Text).Count() != value.Items.Count)
        {
            yield return "names an item twice; expected each once";
        }
    }

    private static IEnumerable<string> CheckObject(JsonTree value, JsonElement rules)
    {
        if ((rules.TryGetProperty("minProperties", out var least) && value.Members.Count < least.GetInt32())
            || (rules.TryGetProperty("maxProperties", out var most) && value.Members.Count > most.GetInt32()))
        {
            var names = string.Join(", ", rules.GetProperty("properties").EnumerateObject().Select(item => item.Name));
            yield return string.Create(
                CultureInfo.InvariantCulture, $"has {value.Members.Count} keys; expected exactly one of {names}");
        }
    }

    private static IEnumerable<string> CheckTruth(JsonTree value, JsonElement rules)
    {
        if (rules.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(item => item.ValueKind == value.Kind))
        {
            yield return $"is {SchemaTypes.Describe(value)}; expected {values[0].GetRawText()}, or no such key";
        }
    }
}
