using BatchLLM.Blobs;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Host.Compare;

/// <summary>What two models are compared on.</summary>
/// <param name="Spec">Inputs, prompt and limit of tokens, as a job has them; its model, sampling and output do not count.</param>
/// <param name="Expected">The column with the expected completions; null if there is none.</param>
/// <param name="MaxRows">Only the first rows; null for all.</param>
internal sealed record PromptSource(JobSpec Spec, string? Expected, long? MaxRows)
{
    /// <summary>Rows read and run together: enough to keep both engines full, little enough to hold in memory.</summary>
    private const int WindowRows = 4096;

    /// <summary>True for the name of a job file, which is no data file.</summary>
    public static bool IsJobFile(string path) => path.EndsWith("job.json", StringComparison.OrdinalIgnoreCase);

    /// <summary>A spec that takes one column of a data file as raw prompts.</summary>
    public static JobSpec SpecOf(string path, string column, int maxTokens) => new()
    {
        Name = "compare",
        Model = "",
        Inputs = [new InputSpec(BlobUri.FromText(path, Directory.GetCurrentDirectory()), DataFormat.Auto)],
        Prompt = new PromptSpec { Text = $"{{{{{column}}}}}" },
        Sampling = new SamplingSpec { Defaults = new SamplingParameters { MaxTokens = maxTokens } },
        Output = new OutputSpec { Uri = "" },
    };

    /// <summary>The source with what the command line says over the spec.</summary>
    public static PromptSource Of(JobSpec spec, string? expected, long? maxRows, int? maxTokens)
    {
        var defaults = spec.Sampling.Defaults;
        var effective = spec with
        {
            Sampling = spec.Sampling with
            {
                Defaults = defaults with { MaxTokens = maxTokens ?? defaults.MaxTokens },
            },
            Output = spec.Output with { Columns = expected is null ? [] : [expected] },
            Policies = spec.Policies with { RowsPerShard = WindowRows },
        };
        return new PromptSource(effective, expected, maxRows);
    }

    /// <summary>The expected completion of a row; null if there is no such column or the row has no value there.</summary>
    public string? ExpectedOf(WindowRow row) =>
        row.Carried.FirstOrDefault(column => column.Key == Expected).Value is { IsNull: false } value ? value.ToString() : null;

    /// <summary>Why a row cannot be compared; null if it can.</summary>
    public string? Fault(WindowRow row) => row.Error?.Code
        ?? (Expected is not null && ExpectedOf(row) is null ? RowErrorCodes.MissingColumn : null);
}
