using System.CommandLine;
using BatchLLM.Host.Compare;
using BatchLLM.Host.Jobs;

namespace BatchLLM.Host.Commands;

/// <summary>Where a comparison takes its prompts from.</summary>
internal sealed class PromptOptions
{
    private const int DefaultMaxTokens = 64;

    private readonly Option<string> _prompts = new("--prompts")
    {
        Description = "A job file (*.job.json) whose inputs, prompt and max_tokens are used, or a JSONL, CSV or Parquet file.",
        HelpName = "file",
        Required = true,
    };

    private readonly Option<string[]> _input = new("--input")
    {
        Description = "Input file or pattern in place of the job file's; may be given more than once.",
        HelpName = "path",
    };

    private readonly Option<string?> _column = new("--column")
    {
        Description = "The column that holds the prompts of a JSONL, CSV or Parquet file; 'text' without.",
        HelpName = "name",
    };

    private readonly Option<string?> _expected = new("--expected")
    {
        Description = "The column that holds the expected completions; adds each model's accuracy.",
        HelpName = "column",
    };

    private readonly Option<long?> _rows = new("--rows") { Description = "Only the first rows.", HelpName = "number" };

    private readonly Option<int?> _maxTokens = new("--max-tokens")
    {
        Description = $"Most tokens of a completion; without, the job file's, or {DefaultMaxTokens}.",
        HelpName = "number",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _prompts, _input, _column, _expected, _rows, _maxTokens })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The prompts of one command line.</summary>
    /// <exception cref="UsageException">Options contradict each other or the job file is wrong.</exception>
    public async Task<PromptSource> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (rows, maxTokens) = (parsed.GetValue(_rows), parsed.GetValue(_maxTokens));
        Require(rows is null or > 0, $"--rows is {rows}; expected at least 1.");
        Require(maxTokens is null or > 0, $"--max-tokens is {maxTokens}; expected at least 1.");
        var spec = PromptSource.IsJobFile(parsed.GetValue(_prompts)!)
            ? await FromJobAsync(parsed, cancellationToken)
            : FromData(parsed);
        return PromptSource.Of(spec, parsed.GetValue(_expected), rows, maxTokens);
    }

    private Task<BatchLLM.Jobs.JobSpec> FromJobAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Require(parsed.GetValue(_column) is null, "--column is for data files; a job file has a prompt of its own.");
        var flags = JobFileFlags.None with { Inputs = parsed.GetValue(_input) ?? [] };
        return JobFileLoader.LoadAsync(parsed.GetValue(_prompts)!, flags, cancellationToken);
    }

    private BatchLLM.Jobs.JobSpec FromData(ParseResult parsed)
    {
        Require(
            parsed.GetValue(_input) is null or [],
            "--input replaces the inputs of a job file, whose name ends in job.json; --prompts names another file.");
        return PromptSource.SpecOf(parsed.GetValue(_prompts)!, parsed.GetValue(_column) ?? "text", DefaultMaxTokens);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new UsageException(message);
        }
    }
}
