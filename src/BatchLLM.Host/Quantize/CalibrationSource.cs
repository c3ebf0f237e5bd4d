using BatchLLM.Blobs;
using BatchLLM.Host.Commands;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;
using BatchLLM.Prompts;
using BatchLLM.Rows;

namespace BatchLLM.Host.Quantize;

/// <summary>
/// Says which rows calibrate, and how they become prompts: a job file brings its inputs and its template; of a data file,
/// one column is the prompt.
/// </summary>
internal static class CalibrationSource
{
    private static readonly string[] UsualColumns = ["prompt", "text", "body", "content", "input", "question", "instruction"];

    /// <summary>The spec of a calibration file.</summary>
    /// <param name="path">A job file (.json), or a Parquet or JSONL file.</param>
    /// <param name="column">The column of a data file; null to choose one.</param>
    /// <param name="model">The model directory.</param>
    /// <param name="isChat">True if the model has a chat template.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UsageException">A job file is wrong, or has a column of its own.</exception>
    /// <exception cref="BatchLLMException">The file is missing or unreadable, or has no such column.</exception>
    public static async Task<JobSpec> SpecAsync(
        string path, string? column, string model, bool isChat, CancellationToken cancellationToken)
    {
        if (Path.GetExtension(path) == ".json")
        {
            var flags = JobFileFlags.None with { Model = model };
            return column is null
                ? await JobFileLoader.LoadAsync(path, flags, cancellationToken)
                : throw new UsageException($"--column {column}: the job file {path} has a prompt of its own; leave --column out.");
        }

        var uri = BlobUri.FromText(path, Directory.GetCurrentDirectory());
        return SpecOf(uri, await ColumnAsync(uri, column, cancellationToken), model, isChat);
    }

    private static JobSpec SpecOf(string uri, string column, string model, bool isChat)
    {
        var placeholder = $"{{{{{column}}}}}";
        return new JobSpec
        {
            Name = "calibration",
            Model = model,
            Inputs = [new InputSpec(uri, DataFormat.Auto)],
            Prompt = isChat
                ? new PromptSpec { Messages = [new ChatMessage("user", placeholder)] }
                : new PromptSpec { Text = placeholder },
            Output = new OutputSpec { Uri = "" },
            Policies = new PolicySpec { OverlongPrompt = OverlongPolicy.TruncateTail },
        };
    }

    private static async Task<string> ColumnAsync(string uri, string? column, CancellationToken cancellationToken)
    {
        var found = await FirstRowAsync(uri, cancellationToken);
        var texts = found.Columns.Where(pair => pair.Value.Kind == RowValueKind.Text).Select(pair => pair.Key).ToList();
        return column is not null && found.Columns.ContainsKey(column) ? column
            : column is null && UsualColumns.FirstOrDefault(texts.Contains) is { } usual ? usual
            : column is null && texts is [var only] ? only
            : throw new BatchLLMException(
                $"{uri}: {(column is null ? "no column is plainly the prompt" : $"there is no column '{column}'")}; " +
                $"its first row has {string.Join(", ", found.Columns.Keys)}. Name the prompt's with --column.");
    }

    private static async Task<Row> FirstRowAsync(string uri, CancellationToken cancellationToken)
    {
        var files = await JobAssembly.Planner.ResolveAsync([new InputSpec(uri, DataFormat.Auto)], cancellationToken);
        var reader = RowReaders.For(files[0].Format, JobAssembly.Blobs);
        await foreach (var range in reader.SplitAsync(files[0].Uri, 1, cancellationToken))
        {
            await foreach (var row in reader.ReadAsync(files[0].Uri, range, null, cancellationToken))
            {
                return row.Error is { } error ? throw new BatchLLMException($"{uri}: the first row {error.Message}.") : row;
            }
        }

        throw new BatchLLMException($"{uri}: no rows; calibration needs prompts.");
    }
}
