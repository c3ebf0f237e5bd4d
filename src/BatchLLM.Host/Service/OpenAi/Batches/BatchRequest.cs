using System.Text.Json;
using BatchLLM.Batches;
using BatchLLM.Host.Service.OpenAi.Files;

namespace BatchLLM.Host.Service.OpenAi.Batches;

/// <summary>Reads the body of <c>POST /v1/batches</c> (OpenAI API reference, "Create batch").</summary>
internal static class BatchRequest
{
    private const string Lifetime = "output_expires_after";

    private static readonly string[] Known = ["input_file_id", "endpoint", "completion_window", "metadata", Lifetime];

    /// <summary>The batch that a body asks for, or the first thing that is wrong with it.</summary>
    /// <param name="json">The body.</param>
    /// <param name="id">What the batch is to be called.</param>
    /// <param name="tenant">Who asks.</param>
    public static (NewBatch? Batch, BatchRequestFault? Fault) Read(ReadOnlyMemory<byte> json, string id, string tenant)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var body = document.RootElement;
            return FaultOf(body) is { } fault ? (null, fault) : (Make(body, id, tenant), null);
        }
        catch (JsonException)
        {
            return (null, new BatchRequestFault(null, "The body is not valid JSON; expected one object."));
        }
        catch (InvalidOperationException)
        {
            // JsonElement.GetString and property names.
            return (null, new BatchRequestFault(null, "The body escapes half of a surrogate pair; expected both halves or neither."));
        }
    }

    private static BatchRequestFault? FaultOf(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return new BatchRequestFault(null, "The body is not a JSON object.");
        }

        if (body.EnumerateObject().Any(member => !Known.Contains(member.Name)))
        {
            return new BatchRequestFault(null, $"The body has a member that is not known; expected {string.Join(", ", Known)}.");
        }

        return Text(body, "input_file_id") is null
                ? new BatchRequestFault("input_file_id", "'input_file_id' is missing or no text; expected the id of an uploaded file.")
            : Text(body, "endpoint") is not (BatchUrls.Chat or BatchUrls.Text)
                ? new BatchRequestFault("endpoint", $"'endpoint' is none that is served; expected {BatchUrls.Chat} or {BatchUrls.Text}.")
            : CompletionWindow.Read(Text(body, "completion_window") ?? "") is null
                ? new BatchRequestFault("completion_window", $"'completion_window' is no such time; expected {CompletionWindow.Expected}.")
            : BatchMetadata.ProblemWith(Member(body, "metadata")) is { } problem
                ? new BatchRequestFault("metadata", problem)
            : IsNothing(Member(body, Lifetime)) || FileLifetime.Read(Member(body, Lifetime)) is not null
                ? null
                : new BatchRequestFault(Lifetime, FileLifetime.Problem(Lifetime));
    }

    private static NewBatch Make(JsonElement body, string id, string tenant)
    {
        var window = Text(body, "completion_window")!;
        return new NewBatch(
            id, tenant, Text(body, "input_file_id")!, Text(body, "endpoint")!, window, CompletionWindow.Read(window)!.Value)
        {
            MetadataJson = BatchMetadata.Write(Member(body, "metadata")),
            OutputLifetime = FileLifetime.Read(Member(body, Lifetime)),
        };
    }

    private static bool IsNothing(JsonElement value) => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    private static string? Text(JsonElement body, string name) =>
        Member(body, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static JsonElement Member(JsonElement body, string name) => body.TryGetProperty(name, out var value) ? value : default;
}
