using BatchLLM.Jobs;
using BatchLLM.Prompts;
using BatchLLM.Rows;

namespace BatchLLM.Preflight;

/// <summary>Counts the rows of a job as they are tokenized. Memory does not grow with the rows.</summary>
public sealed class RowTally
{
    private const int ExamplesPerCode = 5;
    private const int OverlongExamples = 10;
    private readonly SortedDictionary<string, RowProblems> _problems = new(StringComparer.Ordinal);
    private readonly List<(RowLocation Row, OverlongPrompt Prompt)> _overlong = [];

    /// <summary>Rows read.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows that would go to the engine.</summary>
    public long Ready { get; private set; }

    /// <summary>Tokens of their prompts.</summary>
    public long PromptTokens { get; private set; }

    /// <summary>Most tokens that they may generate together.</summary>
    public long MaxCompletionTokens { get; private set; }

    /// <summary>How long their prompts are.</summary>
    public PromptLengths Lengths { get; } = new();

    /// <summary>Rows that would fail, by error code.</summary>
    public IReadOnlyCollection<RowProblems> Problems => _problems.Values;

    /// <summary>Rows whose prompt is too long.</summary>
    public long OverlongRows { get; private set; }

    /// <summary>Those of them whose prompt is cut, so that they would not fail.</summary>
    public long CutRows { get; private set; }

    /// <summary>The first few of them.</summary>
    public IReadOnlyList<(RowLocation Row, OverlongPrompt Prompt)> FirstOverlong => _overlong;

    /// <summary>Rows that would fail.</summary>
    public long Failed => Rows - Ready;

    /// <summary>Takes a row.</summary>
    public void Add(WindowRow row)
    {
        Rows++;
        if (row.Overlong is { } overlong)
        {
            AddOverlong(row.Location, overlong);
        }

        if (row.Error is { } error)
        {
            AddProblem(row.Location, error);
            return;
        }

        Ready++;
        PromptTokens += row.PromptTokens!.Length;
        MaxCompletionTokens += row.Sampling!.MaxTokens;
        Lengths.Add(row.PromptTokens.Length);
    }

    private void AddOverlong(RowLocation location, OverlongPrompt prompt)
    {
        OverlongRows++;
        CutRows += prompt.CutTo is null ? 0 : 1;
        if (_overlong.Count < OverlongExamples)
        {
            _overlong.Add((location, prompt));
        }
    }

    private void AddProblem(RowLocation location, RowError error)
    {
        if (!_problems.TryGetValue(error.Code, out var problems))
        {
            _problems[error.Code] = problems = new RowProblems(error.Code, 0, []);
        }

        var examples = problems.Examples.Count < ExamplesPerCode
            ? [.. problems.Examples, $"{location}: {error.Message}"]
            : problems.Examples;
        _problems[error.Code] = problems with { Rows = problems.Rows + 1, Examples = examples };
    }
}
