using BatchLLM.Blobs;
using BatchLLM.Host.Commands;
using BatchLLM.Jobs;
using BatchLLM.Prompts;

namespace BatchLLM.Host.Jobs;

/// <summary>From a job file and the command line's flags to a spec whose paths are absolute.</summary>
internal static class JobFileLoader
{
    /// <summary>Loads a job file. Its relative paths are relative to its directory, those of flags to the working directory.</summary>
    /// <exception cref="UsageException">The file is missing, or something in it or in a flag is wrong; all problems are listed.</exception>
    public static async Task<JobSpec> LoadAsync(string path, JobFileFlags flags, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"There is no job file {path}.");
        }

        var json = await File.ReadAllBytesAsync(path, cancellationToken);
        var date = flags.Date ?? DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var spec = Require(JobFile.Parse(json, path, Schema(), Settings(flags, date)));
        return Complete(spec, date, Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Reads a job file that is no file, with nothing over it. Its paths are as it says them.</summary>
    /// <param name="json">Its bytes, UTF-8.</param>
    /// <param name="source">What it is, for messages.</param>
    public static JobFileResult Parse(ReadOnlySpan<byte> json, string source) => JobFile.Parse(json, source, Schema(), []);

    /// <summary>The job with its day filled in and its paths absolute.</summary>
    /// <param name="spec">As its file says it.</param>
    /// <param name="date">The day that <c>{{date}}</c> stands for.</param>
    /// <param name="directory">What relative paths are relative to.</param>
    /// <exception cref="UsageException">A column that it carries over has a name of the output's own.</exception>
    /// <exception cref="BatchLLMException">An address is none, or holds a secret.</exception>
    public static JobSpec Complete(JobSpec spec, DateOnly date, string directory) => Check(Resolve(spec, date, directory));

    /// <summary>The spec that a job was created with, perhaps with a new error budget.</summary>
    /// <exception cref="UsageException">
    /// The budget is no number of rows and no share; or the spec of a job that is not planned yet is wrong.
    /// </exception>
    public static JobSpec Restore(string specJson, string? errorBudget)
    {
        const string Key = "policies.error_budget";
        JobFileSetting[] settings = errorBudget switch
        {
            null => [],
            _ when long.TryParse(errorBudget, out _) => [new JobFileSetting("--error-budget", Key, errorBudget)],
            _ => [JobFileSetting.OfText("--error-budget", Key, errorBudget)],
        };
        return Check(Require(JobFile.Parse(System.Text.Encoding.UTF8.GetBytes(specJson), "stored job", Schema(), settings)));
    }

    private static JobSpec Require(JobFileResult result) =>
        result.Spec ?? throw new UsageException(string.Join(Environment.NewLine, result.Problems));

    /// <summary>The bytes of job.schema.json.</summary>
    public static byte[] Schema()
    {
        using var stream = typeof(JobFileLoader).Assembly.GetManifestResourceStream("job.schema.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static List<JobFileSetting> Settings(JobFileFlags flags, DateOnly date)
    {
        var settings = new List<JobFileSetting>();
        Add("--model", "model", flags.Model is null ? null : Path.GetFullPath(flags.Model));
        Add("--output", "output.uri", flags.Output is null ? null : FromWorkingDirectory(flags.Output, date));
        Add("--engine", "engine", flags.Engine);
        Add("--device", "device", flags.Device);
        Add("--numerics", "numerics", flags.Numerics);
        Add("--kv-cache", "kv_cache", flags.KvCache);
        if (flags.Inputs.Count > 0)
        {
            var uris = flags.Inputs.Select(uri => FromWorkingDirectory(uri, date));
            settings.Add(new JobFileSetting("--input", "input", System.Text.Json.JsonSerializer.Serialize(uris)));
        }

        settings.AddRange(flags.Settings.Select(text => JobFileSetting.TryParse(text)
            ?? throw new UsageException($"--set {text}: expected key=value, e.g. sampling.max_tokens=32.")));
        return settings;

        void Add(string option, string path, string? value)
        {
            if (value is not null)
            {
                settings.Add(JobFileSetting.OfText(option, path, value));
            }
        }
    }

    private static string FromWorkingDirectory(string path, DateOnly date) =>
        BlobUri.FromText(DatePlaceholder.Fill(path, date), Directory.GetCurrentDirectory());

    private static JobSpec Resolve(JobSpec spec, DateOnly date, string directory)
    {
        return spec with
        {
            Model = Path.GetFullPath(spec.Model, directory),
            Inputs = [.. spec.Inputs.Select(input => input with { Uri = Absolute(input.Uri) })],
            Output = spec.Output with { Uri = Absolute(spec.Output.Uri) },
            Incremental = spec.Incremental is null ? null : new IncrementalSpec(Absolute(spec.Incremental.Since ?? spec.Output.Uri)),
        };

        string Absolute(string address) => BlobUri.FromText(DatePlaceholder.Fill(address, date), directory);
    }

    /// <summary>What the schema cannot say: names of the output's own columns are taken, and an output is one place.</summary>
    private static JobSpec Check(JobSpec spec) =>
        spec.Output.Uri.AsSpan().ContainsAny('*', '?')
            ? throw new UsageException(
                $"output.uri: {spec.Output.Uri} has a wildcard, and an output is one directory; wildcards are for inputs. " +
                "In the name of a directory, write %2A for * and %3F for ? after file:///.")
        : RowPreparer.CarriedColumns(spec).FirstOrDefault(OutputColumns.Reserved.Contains) is { } reserved
            ? throw new UsageException(
                $"output.columns: '{reserved}' is a column that the output has of its own; rename the input's.")
            : spec;
}
