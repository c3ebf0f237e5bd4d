using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>A small job over the demo model in a directory of its own.</summary>
internal sealed class TicketJob
{
    public TicketJob(string directory, int rows = 40, int rowsPerShard = 10)
    {
        Directory = System.IO.Directory.CreateDirectory(
            Path.Combine(directory, $"job-{Guid.NewGuid():N}")).FullName;
        WriteLines([.. Enumerable.Range(0, rows).Select(Line)]);
        Spec = new JsonObject
        {
            ["name"] = Path.GetFileName(Directory),
            ["model"] = Checkout.DemoModel,
            ["input"] = "tickets.jsonl",
            ["id_column"] = "ticket_id",
            ["prompt"] = new JsonObject
            {
                ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "{{body}}" }),
            },
            ["sampling"] = new JsonObject { ["max_tokens"] = 6 },
            ["output"] = new JsonObject { ["uri"] = "out" },
            ["policies"] = new JsonObject { ["rows_per_shard"] = rowsPerShard },
        };
    }

    public string Directory { get; }

    public string Name => Path.GetFileName(Directory);

    /// <summary>The job file's content, to be changed before <see cref="Save"/>.</summary>
    public JsonObject Spec { get; }

    public string Input => Path.Combine(Directory, "tickets.jsonl");

    public string Output => Path.Combine(Directory, "out");

    public JsonElement Receipt => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Output, "receipt.json"))).RootElement;

    /// <summary>Names of the published parts, in order.</summary>
    public IEnumerable<string> Parts => Receipt.GetProperty("parts").EnumerateArray()
        .Select(part => part.GetProperty("file").GetString()!);

    /// <summary>All output records, in order.</summary>
    public IReadOnlyList<JsonElement> Records => [.. Parts
        .SelectMany(part => File.ReadLines(Path.Combine(Output, part)))
        .Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>A good input line.</summary>
    public static string Line(int row) => JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["ticket_id"] = string.Create(CultureInfo.InvariantCulture, $"T-{row:D5}"),
        ["body"] = string.Create(CultureInfo.InvariantCulture, $"Our printer number {row} is on fire since Monday."),
    });

    /// <summary>Replaces the input.</summary>
    public void WriteLines(IReadOnlyList<string> lines) => File.WriteAllLines(Input, lines);

    /// <summary>Waits until a running job has written something, so that what the test does falls into its middle.</summary>
    public async Task FirstWriteAsync(Task finished)
    {
        System.IO.Directory.CreateDirectory(Output);
        using var watcher = new FileSystemWatcher(Output);
        var seen = new TaskCompletionSource();
        watcher.Created += (_, _) => seen.TrySetResult();
        watcher.EnableRaisingEvents = true;
        if (!System.IO.Directory.EnumerateFiles(Output).Any())
        {
            await Task.WhenAny(seen.Task, finished);
        }
    }

    /// <summary>Writes the job file and returns its path.</summary>
    public string Save()
    {
        var path = Path.Combine(Directory, "job.json");
        File.WriteAllText(path, Spec.ToJsonString());
        return path;
    }
}
