using System.Globalization;
using System.Text.Json.Nodes;

namespace BatchLLM.Benchmarks;

/// <summary>
/// From the start of <c>run</c> to a job in the database, for many rows: reading the input's borders, looking at its ids if
/// it has any, and storing its shards. JSONL, then as many rows of Parquet in files of a tenth of a million.
/// </summary>
internal static class PlanTime
{
    private const int RowsPerFile = 100_000;

    /// <summary>Prints a Markdown table.</summary>
    /// <param name="executable">The BatchLLM.Host executable.</param>
    /// <param name="modelDirectory">Whose tokenizer is used.</param>
    /// <param name="rows">Rows of the job; a multiple of 100,000.</param>
    public static void Run(string executable, string modelDirectory, int rows)
    {
        using var job = new EchoJob(executable, modelDirectory);
        WriteParquet(job, rows / RowsPerFile);
        Console.WriteLine("| Input | planned and stored in | MB/s of the files | Peak MiB |\n|---|---|---|---|");
        Line(job, $"{rows:N0} rows of Parquet, no ids", "*.parquet", []);
        TicketRows.Write(job.PathOf("rows.jsonl"), rows);
        Line(job, $"{rows:N0} rows of JSONL, no ids", "rows.jsonl", []);
        Line(job, $"{rows:N0} rows of JSONL, ids", "rows.jsonl", new JsonObject { ["id_column"] = "id" });
    }

    private static void Line(EchoJob job, string name, string input, JsonObject changes)
    {
        changes["input"] = input;
        var run = job.Plan(changes);
        var bytes = Directory.GetFiles(Path.GetDirectoryName(job.PathOf(input))!, input).Sum(file => new FileInfo(file).Length);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {run.Seconds:F1} s | {bytes / run.Seconds / 1e6:N0} | {run.PeakBytes >> 20:N0} |"));
    }

    /// <summary>One file, written by a job, under many names.</summary>
    private static void WriteParquet(EchoJob job, int files)
    {
        TicketRows.Write(job.PathOf("rows.jsonl"), RowsPerFile);
        job.Run(new JsonObject
        {
            ["output"] = new JsonObject { ["uri"] = "table", ["format"] = "parquet" },
            ["policies"] = new JsonObject { ["rows_per_shard"] = RowsPerFile },
        });
        for (var file = 0; file < files; file++)
        {
            File.Copy(job.PathOf("table/part-000000.parquet"), job.PathOf($"{file:D4}.parquet"));
        }
    }
}
