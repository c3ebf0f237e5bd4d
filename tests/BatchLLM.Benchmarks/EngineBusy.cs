using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchLLM.Benchmarks;

/// <summary>
/// How much of a job's time, from blob to commit, the engine computes, on the shape of Llama 3.2 1B: layers made up, tokenizer and
/// chat template those of a model that is given.
/// </summary>
internal static class EngineBusy
{
    private const int Layers = 16;
    private const int OutputTokens = 32;
    private const int WordsOfRow = 60;

    private static readonly string[] Taken = ["tokenizer.json", "tokenizer_config.json"];

    /// <summary>Runs the executable over a made-up model and job, and prints what its summary says.</summary>
    /// <param name="executable">The BatchLLM.Host executable.</param>
    /// <param name="modelDirectory">The model whose tokenizer is used.</param>
    /// <param name="rows">Rows of the job.</param>
    public static void Run(string executable, string modelDirectory, int rows)
    {
        var folder = Directory.CreateTempSubdirectory("batchllm-busy-").FullName;
        try
        {
            WriteModel(modelDirectory, Directory.CreateDirectory(Path.Combine(folder, "model")).FullName);
            WriteRows(Path.Combine(folder, "rows.jsonl"), rows);
            Report(Summary(executable, WriteJob(folder)), rows);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteModel(string from, string to)
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(from, "config.json")))!;
        Array.ForEach(Taken, name => File.Copy(Path.Combine(from, name), Path.Combine(to, name)));
        new SyntheticCheckpoint(Layers, config["vocab_size"]!.GetValue<int>()).Write(to, isFp8: false);
    }

    private static void WriteRows(string path, int rows)
    {
        var random = new Random(1);
        using var file = File.CreateText(path);
        for (var row = 0; row < rows; row++)
        {
            var words = Enumerable.Range(0, WordsOfRow).Select(_ => random.Next(1000).ToString(CultureInfo.InvariantCulture));
            file.WriteLine(JsonSerializer.Serialize(new { id = row, body = string.Join(' ', words) }));
        }
    }

    private static string WriteJob(string folder)
    {
        var job = new JsonObject
        {
            ["name"] = "busy",
            ["model"] = "model",
            ["input"] = "rows.jsonl",
            ["id_column"] = "id",
            ["prompt"] = new JsonObject
            {
                ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "{{body}}" }),
            },
            ["sampling"] = new JsonObject { ["max_tokens"] = OutputTokens },
            ["output"] = new JsonObject { ["uri"] = "out" },
        };
        var path = Path.Combine(folder, "job.json");
        File.WriteAllText(path, job.ToJsonString());
        return path;
    }

    private static JsonElement Summary(string executable, string job)
    {
        using var process = Process.Start(new ProcessStartInfo(executable, ["run", job, "--json"]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return JsonDocument.Parse(output).RootElement;
    }

    private static void Report(JsonElement summary, int rows) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{rows} rows, {summary.GetProperty("prompt_tokens").GetInt64():N0} + {summary.GetProperty("completion_tokens").GetInt64():N0} tokens: " +
        $"{summary.GetProperty("seconds").GetDouble():F1} s, {summary.GetProperty("tokens_per_second").GetDouble():F1} tokens/s, " +
        $"the engine busy for {summary.GetProperty("engine_busy").GetDouble():P1} of it"));
}
