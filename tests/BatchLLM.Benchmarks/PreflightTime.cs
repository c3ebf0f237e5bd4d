using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Tokens;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Runs the executable's preflight over generated rows of 500 bytes of text: wall and CPU time, most memory at a tenth of the rows and
/// at all of them, and in the same run what tokenizing alone takes for the same texts.
/// </summary>
internal static class PreflightTime
{
    private const int TextBytes = 500;

    /// <summary>Runs it.</summary>
    /// <param name="executable">The BatchLLM.Host executable.</param>
    /// <param name="modelDirectory">A model with a chat template.</param>
    /// <param name="rows">Rows of the larger job.</param>
    public static void Run(string executable, string modelDirectory, int rows)
    {
        var folder = Directory.CreateTempSubdirectory("batchllm-preflight-").FullName;
        try
        {
            Tokenize(modelDirectory, rows);
            foreach (var count in new[] { rows / 10, rows })
            {
                Preflight(executable, WriteJob(folder, modelDirectory, count), count);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Tokenize(string modelDirectory, int rows)
    {
        var path = Path.Combine(modelDirectory, "tokenizer.json");
        var tokenizer = TokenizerJson.Load(File.ReadAllBytes(path), path);
        var texts = Texts(1).Take(Math.Min(rows, 20_000)).Select(text => new PromptText(text, [new TextSpan(0, text.Length)])).ToArray();
        var best = double.MaxValue;
        for (var run = 0; run < 3; run++)
        {
            var start = Stopwatch.GetTimestamp();
            foreach (var text in texts)
            {
                tokenizer.Encode(text);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        var perRow = best / texts.Length;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"tokenizing alone, one thread: {TextBytes / perRow / 1e6:F1} MB/s, {perRow * rows:F1} CPU seconds for {rows:N0} rows"));
    }

    private static string WriteJob(string folder, string modelDirectory, int rows)
    {
        var input = Path.Combine(folder, "rows.jsonl");
        using (var file = File.CreateText(input))
        {
            var row = 0;
            foreach (var text in Texts(1).Take(rows))
            {
                file.WriteLine(JsonSerializer.Serialize(new { id = row++, body = text }));
            }
        }

        var job = new JsonObject
        {
            ["name"] = "preflight",
            ["model"] = Path.GetFullPath(modelDirectory),
            ["input"] = "rows.jsonl",
            ["id_column"] = "id",
            ["prompt"] = new JsonObject
            {
                ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "{{body}}" }),
            },
            ["output"] = new JsonObject { ["uri"] = "out" },
        };
        var path = Path.Combine(folder, "job.json");
        File.WriteAllText(path, job.ToJsonString());
        return path;
    }

    // An address nobody listens at: the report is not kept, and no time goes into a database.
    private static void Preflight(string executable, string job, int rows)
    {
        var run = MeasuredProcess.Run(
            executable, [], "validate", job, "--measure", "0", "--database", "postgres://localhost:1/none", "--json");
        var seconds = run.Output.GetProperty("seconds").GetDouble();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"preflight, {rows:N0} rows: {seconds:F1} s, {(double)rows * TextBytes / seconds / 1e6:F1} MB/s, " +
            $"{run.ProcessorSeconds:F1} CPU seconds with start, peak {run.PeakBytes >> 20:N0} MiB"));
    }

    // Words drawn at random with the lengths and the repetition of prose.
    private static IEnumerable<string> Texts(int seed)
    {
        var random = new Random(seed);
        var words = Enumerable.Range(0, 5000).Select(_ => Word(random)).ToArray();
        while (true)
        {
            var text = new System.Text.StringBuilder(TextBytes + 16);
            while (text.Length < TextBytes)
            {
                text.Append(words[(int)(words.Length * Math.Pow(random.NextDouble(), 3))]).Append(' ');
            }

            yield return text.ToString(0, TextBytes);
        }
    }

    private static string Word(Random random) => string.Create(random.Next(2, 9), random, static (letters, random) =>
    {
        for (var index = 0; index < letters.Length; index++)
        {
            letters[index] = "etaoinshrdlu"[random.Next(12)];
        }
    });
}
