using System.Globalization;
using System.Text.Json.Nodes;

namespace BatchLLM.Benchmarks;

/// <summary>
/// A whole job without a model, as a user runs it: rows of 500 bytes from a JSONL file to committed and published output, with
/// a private database. The same input twice, with and without ids, which are looked at for duplicates.
/// </summary>
internal static class EchoThroughput
{
    /// <summary>Prints a Markdown table.</summary>
    /// <param name="executable">The BatchLLM.Host executable.</param>
    /// <param name="modelDirectory">Whose tokenizer is used.</param>
    /// <param name="rows">Rows of the job.</param>
    public static void Run(string executable, string modelDirectory, int rows)
    {
        using var job = new EchoJob(executable, modelDirectory);
        TicketRows.Write(job.PathOf("rows.jsonl"), rows);
        Console.WriteLine("| Job | rows/s, blob to published output | rows/s with start and planning | CPU µs a row | Peak MiB |\n|---|---|---|---|---|");
        foreach (var id in new[] { null, "id" })
        {
            var run = job.Run(id is null ? [] : new JsonObject { ["id_column"] = id });
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {rows:N0} rows, {(id is null ? "no ids" : "ids")} | {rows / run.Output.GetProperty("seconds").GetDouble():N0} | " +
                $"{rows / run.Seconds:N0} | {run.ProcessorSeconds / rows * 1e6:F1} | {run.PeakBytes >> 20:N0} |"));
        }
    }
}
