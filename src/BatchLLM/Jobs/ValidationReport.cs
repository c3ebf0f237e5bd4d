using BatchLLM.Rows;

namespace BatchLLM.Jobs;

/// <summary>What reading and tokenizing every row of a job found. Memory does not grow with the rows.</summary>
public sealed class ValidationReport
{
    private const int ExamplesPerCode = 5;
    private readonly SortedDictionary<string, RowProblems> _problems = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, long> _lengths = []; // prompt tokens -> rows

    /// <summary>Rows read.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows that would go to the engine.</summary>
    public long Ready { get; private set; }

    /// <summary>Tokens of their prompts.</summary>
    public long PromptTokens { get; private set; }

    /// <summary>Most tokens that they may generate together.</summary>
    public long MaxCompletionTokens { get; private set; }

    /// <summary>Rows that would fail, by error code.</summary>
    public IReadOnlyCollection<RowProblems> Problems => _problems.Values;

    /// <summary>Rows that would fail.</summary>
    public long Failed => Rows - Ready;

    /// <summary>The shortest prompt that at least a share of the ready rows do not exceed, in tokens; 0 without rows.</summary>
    /// <param name="share">0 is the shortest prompt, 0.5 the median, 1 the longest.</param>
    public int PromptLength(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * Ready));
        foreach (var (length, rows) in _lengths)
        {
            rank -= rows;
            if (rank <= 0)
            {
                return length;
            }
        }

        return 0;
    }

    /// <summary>Takes a prepared row.</summary>
    public void Add(WindowRow row)
    {
        Rows++;
        if (row.Error is { } error)
        {
            AddProblem(row.Location, error);
            return;
        }

        Ready++;
        PromptTokens += row.PromptTokens!.Length;
        MaxCompletionTokens += row.Sampling!.MaxTokens;
        _lengths[row.PromptTokens.Length] = _lengths.GetValueOrDefault(row.PromptTokens.Length) + 1;
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
