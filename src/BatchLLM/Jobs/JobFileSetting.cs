using System.Globalization;
using System.Text;
using System.Text.Json;
using BatchLLM.Jobs.Json;

namespace BatchLLM.Jobs;

/// <summary>One value from the command line over a job file's.</summary>
/// <param name="Option">The option that set it, for messages: <c>--set sampling.max_tokens</c>.</param>
/// <param name="Path">The key by its path: names and array indexes joined by dots.</param>
/// <param name="Json">The value as JSON text.</param>
public sealed record JobFileSetting(string Option, string Path, string Json)
{
    /// <summary>A setting from <c>key=value</c>; a value that is not JSON is taken as text.</summary>
    /// <returns>Null if the text has no key before an equals sign.</returns>
    public static JobFileSetting? TryParse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            return null;
        }

        var (path, value) = (text[..equals].Trim(), text[(equals + 1)..]);
        var option = $"--set {path}";
        return IsJson(value) ? new JobFileSetting(option, path, value) : OfText(option, path, value);
    }

    /// <summary>A setting whose value is a text.</summary>
    public static JobFileSetting OfText(string option, string path, string value) =>
        new(option, path, $"\"{JsonEncodedText.Encode(value)}\"");

    /// <summary>The tree with this value in its place; missing objects on the way are made.</summary>
    internal JsonTree ApplyTo(JsonTree tree, List<JobFileProblem> problems)
    {
        var value = JsonTreeReader.Read(Encoding.UTF8.GetBytes(Json), Option, problems);
        return value is null ? tree : Replace(tree, Path.Split('.'), At(value), problems);
    }

    private JsonTree Replace(JsonTree tree, ReadOnlySpan<string> path, JsonTree value, List<JobFileProblem> problems)
    {
        if (path.IsEmpty)
        {
            return value;
        }

        if (tree.Kind == JsonValueKind.Array)
        {
            return ReplaceItem(tree, path, value, problems);
        }

        if (tree.Kind != JsonValueKind.Object)
        {
            var message = $"'{path[0]}' is no key of {SchemaTypes.Describe(tree)}; expected an object there";
            problems.Add(JsonPlace.Option(Option).Problem(Path, message));
            return tree;
        }

        var name = path[0];
        var former = tree.Find(name) ?? new JsonTree(JsonValueKind.Object, JsonPlace.Option(Option));
        var member = new JsonMember(name, JsonPlace.Option(Option), Replace(former, path[1..], value, problems));
        return tree with { Members = [.. tree.Members.Where(item => item.Name != name), member] };
    }

    private JsonTree ReplaceItem(JsonTree tree, ReadOnlySpan<string> path, JsonTree value, List<JobFileProblem> problems)
    {
        if (!int.TryParse(path[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= tree.Items.Count)
        {
            var range = tree.Items.Count == 0 ? "the array is empty" : $"expected 0 to {tree.Items.Count - 1}";
            problems.Add(JsonPlace.Option(Option).Problem(Path, $"'{path[0]}' is no index of the array; {range}"));
            return tree;
        }

        var replaced = Replace(tree.Items[index], path[1..], value, problems);
        return tree with { Items = [.. tree.Items.Select((item, i) => i == index ? replaced : item)] };
    }

    /// <summary>The value as if it had been written in the option as a whole: it has no line of its own.</summary>
    private JsonTree At(JsonTree value) => value with
    {
        Place = JsonPlace.Option(Option),
        Members = [.. value.Members.Select(member => member with
        {
            Place = JsonPlace.Option(Option),
            Value = At(member.Value),
        })],
        Items = [.. value.Items.Select(At)],
    };

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
