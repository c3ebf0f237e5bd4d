namespace BatchLLM.Benchmarks;

/// <summary>
/// Transactions of workers whose engine is about as slow as 10,000 rows a second: each prompt is a row's text many times over, which takes its time to
/// tokenize, and which the echo then gives back. What a worker does by the clock is shared by fewer rows than with short prompts.
/// </summary>
internal static class ServicePace
{
    private const string Input = "rows.jsonl";

    // Without config.json a model has no context length, which so long prompts exceed.
    private static readonly string[] Tokenizer = ["tokenizer.json", "tokenizer_config.json"];

    /// <summary>Prints a Markdown table.</summary>
    /// <param name="executable">The BatchLLM.Host executable.</param>
    /// <param name="modelDirectory">Whose tokenizer is used.</param>
    /// <param name="rows">Rows of the job.</param>
    /// <param name="copies">How often a prompt has its row's 500 bytes: more make it slower.</param>
    public static async Task RunAsync(string executable, string modelDirectory, int rows, int copies)
    {
        var folder = Directory.CreateTempSubdirectory("batchllm-pace-");
        try
        {
            foreach (var file in Tokenizer)
            {
                File.Copy(Path.Combine(modelDirectory, file), Path.Combine(folder.FullName, file));
            }

            await using var processes = await ServiceProcesses.StartAsync(executable, folder.FullName);
            await using var signals = await processes.ListenAsync();
            await MeasureAsync(new TransactionRates(processes, signals, new ServiceJobs(processes, signals)), processes.PathOf(Input), rows, copies);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(TransactionRates rates, string path, int rows, int copies)
    {
        TicketRows.Write(path, rows);
        Console.WriteLine($"{rows:N0} rows whose prompts have {copies * TicketRows.TextBytes:N0} bytes.\n{TransactionRates.Heading}");
        foreach (var workers in new[] { 1, 2, 4 })
        {
            Console.WriteLine(await rates.MeasureAsync(workers, Input, rows, string.Concat(Enumerable.Repeat("{{body}} ", copies))));
        }
    }
}
