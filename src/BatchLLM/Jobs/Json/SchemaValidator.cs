using System.Globalization;
using System.Text.Json;

namespace BatchLLM.Jobs.Json;

/// <summary>
/// Checks a value against the part of JSON Schema (draft 2020-12) that the job file's schema uses, and reports every
/// problem with its place. A keyword it does not know is a defect of the schema, never ignored.
/// </summary>
internal sealed class SchemaValidator(JsonElement root, List<JobFileProblem> problems)
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "$schema", "$defs", "$ref", "title", "description", "default", "examples", "type", "enum", "oneOf", "properties",
        "required", "additionalProperties", "minProperties", "maxProperties", "items", "minItems", "maxItems",
        "uniqueItems", "minLength", "pattern", "minimum", "maximum", "exclusiveMinimum",
    };

    /// <summary>Checks a whole document.</summary>
    public void Validate(JsonTree value) => Validate(value, root, JsonPath.Root);

    private void Validate(JsonTree value, JsonElement schema, string path)
    {
        var rules = Resolve(schema);
        if (rules.TryGetProperty("oneOf", out var alternatives))
        {
            ValidateOneOf(value, alternatives, path);
            return;
        }

        var type = rules.GetProperty("type").GetString()!;
        if (!SchemaTypes.Matches(value, type))
        {
            Report(value, path, $"is {SchemaTypes.Describe(value)}; expected {SchemaTypes.Name(type)}");
            return;
        }

        foreach (var problem in SchemaRules.Check(value, rules))
        {
            Report(value, path, problem);
        }

        ValidateMembers(value, rules, path);
        ValidateItems(value, rules, path);
    }

    /// <summary>The alternatives of a job file differ in their type, so the value's own type says which was meant.</summary>
    private void ValidateOneOf(JsonTree value, JsonElement alternatives, string path)
    {
        foreach (var alternative in alternatives.EnumerateArray())
        {
            if (SchemaTypes.Matches(value, Resolve(alternative).GetProperty("type").GetString()!))
            {
                Validate(value, alternative, path);
                return;
            }
        }

        var names = alternatives.EnumerateArray()
            .Select(item => SchemaTypes.Name(Resolve(item).GetProperty("type").GetString()!));
        Report(value, path, $"is {SchemaTypes.Describe(value)}; expected {string.Join(" or ", names.Distinct())}");
    }

    private void ValidateMembers(JsonTree value, JsonElement rules, string path)
    {
        if (!rules.TryGetProperty("properties", out var properties))
        {
            return;
        }

        foreach (var member in value.Members)
        {
            var memberPath = JsonPath.Join(path, member.Name);
            if (properties.TryGetProperty(member.Name, out var schema))
            {
                Validate(member.Value, schema, memberPath);
            }
            else if (problems.Count < JobFileProblem.Most)
            {
                problems.Add(member.Place.Problem(memberPath, UnknownKey(member.Name, memberPath, properties)));
            }
        }

        foreach (var name in SchemaRules.Missing(value, rules))
        {
            Report(value, path, $"lacks the key '{name}'");
        }
    }

    private void ValidateItems(JsonTree value, JsonElement rules, string path)
    {
        if (rules.TryGetProperty("items", out var items))
        {
            for (var index = 0; index < value.Items.Count; index++)
            {
                Validate(value.Items[index], items, JsonPath.Join(path, index));
            }
        }
    }

    private static string UnknownKey(string name, string path, JsonElement properties)
    {
        var known = properties.EnumerateObject().Select(property => property.Name).ToList();
        return NearestName.Find(name, known) is { } nearest
            ? $"unknown key '{path}'; did you mean '{nearest}'?"
            : $"unknown key '{path}'; expected one of {string.Join(", ", known)}";
    }

    private JsonElement Resolve(JsonElement schema)
    {
        if (schema.EnumerateObject().FirstOrDefault(item => !Known.Contains(item.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
        {
            throw new InvalidOperationException($"The job schema uses the keyword '{unknown.Name}', which is not known here.");
        }

        const string Definitions = "#/$defs/";
        return schema.TryGetProperty("$ref", out var reference)
            ? root.GetProperty("$defs").GetProperty(reference.GetString()![Definitions.Length..])
            : schema;
    }

    private void Report(JsonTree value, string path, string problem)
    {
        if (problems.Count < JobFileProblem.Most)
        {
            problems.Add(value.Place.Problem(path, string.Create(CultureInfo.InvariantCulture, $"{JsonPath.Name(path)} {problem}")));
        }
    }
}
