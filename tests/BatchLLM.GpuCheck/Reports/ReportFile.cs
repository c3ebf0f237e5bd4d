using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchLLM.GpuCheck.Reports;

/// <summary>
/// All parts' results as JSON. Parts run in processes of their own, one after the other, and each puts its own into the file
/// that the others have left: what stopped one does not take the others' away.
/// </summary>
/// <param name="path">The file.</param>
internal sealed class ReportFile(string path)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>All parts so far; none if there is no file, or one that is not a report.</summary>
    public JsonArray Parts()
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonNode.Parse(stream)?["parts"]?.DeepClone() as JsonArray ?? [];
        }
        catch (Exception exception) when (exception is IOException or JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>Puts a part in the place of its earlier run, or at the end; whole or not at all.</summary>
    public JsonArray Put(JsonObject part)
    {
        var parts = Parts();
        var name = Name(part);
        var index = parts.IndexOf(parts.FirstOrDefault(other => Name(other) == name));
        if (index < 0)
        {
            parts.Add((JsonNode)part);
        }
        else
        {
            parts[index] = part;
        }

        Write(new JsonObject { ["parts"] = parts });
        return parts;
    }

    private void Write(JsonObject report)
    {
        var draft = path + ".tmp";
        using (var stream = File.Create(draft))
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            report.WriteTo(json);
        }

        File.Move(draft, path, overwrite: true);
    }

    private static string? Name(JsonNode? part) => (string?)part?["part"];
}
