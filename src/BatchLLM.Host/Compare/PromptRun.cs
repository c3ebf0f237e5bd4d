using BatchLLM.Engine.Compare;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Rows;
using BatchLLM.Tokens;

namespace BatchLLM.Host.Compare;

/// <summary>Takes the prompts of a source through both models, window by window. Used once.</summary>
/// <param name="pair">The models.</param>
/// <param name="reader">Rows to tokenized prompts.</param>
/// <param name="source">What is asked of them.</param>
/// <param name="tokenizer">That of both models.</param>
/// <param name="rowCount">Rows to take.</param>
internal sealed class PromptRun(
    PairRun pair, WindowReader reader, PromptSource source, ITokenizer tokenizer, long rowCount)
{
    private readonly SortedDictionary<string, long> _skipped = new(StringComparer.Ordinal);
    private long _compared;

    /// <summary>Rows as they end: compared ones count as ok, skipped ones as failed.</summary>
    public JobProgress Progress { get; } = new(default, rowCount);

    /// <summary>Both models against each other.</summary>
    public AgreementTally Agreement { get; } = new();

    /// <summary>Model A against the expected completions.</summary>
    public AccuracyTally AccuracyOfA { get; } = new();

    /// <summary>Model B against the expected completions.</summary>
    public AccuracyTally AccuracyOfB { get; } = new();

    /// <summary>Rows by class, so far.</summary>
    public ComparedRows Rows() => new(_compared + _skipped.Values.Sum(), _compared, _skipped.Values.Sum(), _skipped);

    /// <summary>Runs all windows.</summary>
    /// <exception cref="BatchLLMException">A file cannot be read, or no row can be compared.</exception>
    public async Task RunAsync(JobPlan plan, CancellationToken cancellationToken)
    {
        var left = rowCount;
        foreach (var shard in plan.Shards.TakeWhile(_ => left > 0))
        {
            var rows = await reader.ReadShardAsync(plan.Inputs[shard.FileIndex], shard, reader.Threads, cancellationToken);
            var window = rows.Take((int)Math.Min(left, rows.Count)).ToList();
            await RunAsync(window, cancellationToken);
            left -= window.Count;
        }

        RequireRows(plan);
    }

    private async Task RunAsync(List<WindowRow> window, CancellationToken cancellationToken)
    {
        var good = new List<WindowRow>(window.Count);
        foreach (var row in window)
        {
            if (source.Fault(row) is { } code)
            {
                Skip(code);
            }
            else
            {
                good.Add(row);
            }
        }

        var requests = good.Select((row, index) => new InferenceRequest(index, 0, row.PromptTokens!, row.Sampling!)
        {
            ContinuesText = row.ContinuesText,
        }).ToList();
        await pair.RunAsync(requests, row => Accept(row, good[row.Lockstep.Index]), cancellationToken);
    }

    private void Accept(PairRow result, WindowRow row)
    {
        if (!result.IsFinite)
        {
            Skip(RowErrorCodes.EngineError);
            return;
        }

        var (textOfA, textOfB) = (tokenizer.Decode(result.Lockstep.TokenIds), tokenizer.Decode(result.TokenIdsOfB));
        Agreement.Add(result, textOfA, textOfB);
        if (source.ExpectedOf(row) is { } expected)
        {
            AccuracyOfA.Add(textOfA, expected);
            AccuracyOfB.Add(textOfB, expected);
        }

        _compared++;
        Progress.Add(new RowCounts(1, 0, 0, row.PromptTokens!.Length, result.Lockstep.Positions));
    }

    private void Skip(string code)
    {
        _skipped[code] = _skipped.GetValueOrDefault(code) + 1;
        Progress.Add(new RowCounts(0, 0, 1, 0, 0));
    }

    private void RequireRows(JobPlan plan)
    {
        if (_compared == 0)
        {
            var reasons = string.Join(", ", _skipped.Select(item => $"{item.Key}: {item.Value}"));
            var expected = source.Expected is null ? "" : $" and a value in column '{source.Expected}'";
            throw new BatchLLMException(
                $"No row of {string.Join(", ", plan.Inputs.Select(file => file.Uri))} can be compared ({reasons}); " +
                $"expected rows with a prompt{expected}.");
        }
    }
}
