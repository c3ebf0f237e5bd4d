using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using BatchLLM.Checkpoints;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary>The job file argument, and the flags that override its keys.</summary>
internal sealed class JobFileOptions
{
    private readonly Option<string?> _model = new("--model") { Description = "Model directory.", HelpName = "dir" };

    private readonly Option<string[]> _input = new("--input")
    {
        Description = "Input file or pattern; may be given more than once.",
        HelpName = "path",
    };

    private readonly Option<string?> _output = new("--output") { Description = "Output directory.", HelpName = "dir" };

    private readonly Option<string?> _engine = new("--engine")
    {
        Description = "Engine: local; or echo, which answers each row with the beginning of its prompt and loads no weights, " +
            "to try a job's data path and to measure it.",
        HelpName = "name",
    };

    private readonly Option<string?> _device = new("--device")
    {
        Description = "Device: cpu; cuda, the first NVIDIA GPU; cuda:1 and so on for others. BATCHLLM_CUDA_LIBRARIES names directories " +
            "of CUDA's libraries, if they are not where the system looks.",
        HelpName = "name",
    };

    private readonly Option<string?> _numerics = new("--numerics")
    {
        Description = $"How linear layers are computed: {string.Join(", ", NumericsNames.All)}; the checkpoint's own without.",
        HelpName = "name",
    };

    private readonly Option<string?> _kvCache = new("--kv-cache")
    {
        Description = $"KV cache: {string.Join(" or ", KvPrecisionNames.All)}; what the checkpoint declares without.",
        HelpName = "name",
    };

    private readonly Option<DateOnly?> _date = new("--date")
    {
        Description = "The day that {{date}} stands for in input and output addresses; today, UTC, without.",
        HelpName = DatePlaceholder.Format,
        CustomParser = ParseDate,
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Any other key by its path, e.g. sampling.max_tokens=32; may be given more than once.",
        HelpName = "key=value",
    };

    /// <summary>The job file.</summary>
    public static Argument<string> File() => new("job-file") { Description = "The job file (see jobs/job.schema.json)." };

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _model, _input, _output, _engine, _device, _numerics, _kvCache, _date, _set })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The flags of one command line, paths relative to the working directory.</summary>
    public JobFileFlags Read(ParseResult parsed) => new(
        parsed.GetValue(_model),
        parsed.GetValue(_input) ?? [],
        parsed.GetValue(_output),
        parsed.GetValue(_engine),
        parsed.GetValue(_device),
        parsed.GetValue(_numerics),
        parsed.GetValue(_kvCache),
        parsed.GetValue(_date),
        parsed.GetValue(_set) ?? []);

    private static DateOnly? ParseDate(ArgumentResult result)
    {
        if (DateOnly.TryParseExact(
            result.Tokens[0].Value, DatePlaceholder.Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return date;
        }

        result.AddError($"--date is not a day; expected {DatePlaceholder.Format}, e.g. 2026-11-20.");
        return null;
    }
}
