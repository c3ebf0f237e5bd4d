using BatchLLM.Inference;
using BatchLLM.Planning;
using BatchLLM.Tokens;

namespace BatchLLM.Preflight;

/// <summary>What running a sample for a bounded time showed.</summary>
/// <param name="Completions">How long the completions of the rows that were begun got.</param>
/// <param name="Steps">The engine's steps.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record TrialRun(
    IReadOnlyList<CompletionLength> Completions, IReadOnlyList<StepTiming> Steps, double Seconds)
{
    /// <summary>Runs a sample as the job would run it, until it is done or time is over.</summary>
    /// <param name="runner">Computes; disposed in the end.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="stopTokens">Ids that end any completion.</param>
    /// <param name="sample">Rows drawn at random.</param>
    /// <param name="limit">Ends the run after the step under way.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it with an exception.</param>
    public static async Task<TrialRun> RunAsync(
        IModelRunner runner, ITokenizer tokenizer, IReadOnlySet<int> stopTokens, IReadOnlyList<InferenceRequest> sample,
        TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var window = sample.Select((row, index) => row with { Index = index }).ToArray();
        var forecast = WindowForecast.Of(window, runner.Limits);
        var meter = new MeteredRunner(runner, sample.Count, forecast.Rows - forecast.Copies);
        var start = time.GetTimestamp();
        Dictionary<int, int> ended;
        await using (var engine = new LocalBatchEngine(meter, tokenizer, stopTokens))
        {
            ended = await EndedAsync(engine, window, limit, time, cancellationToken);
        }

        // No step is in flight any more that would change the meter.
        var completions = meter.Started.Select(index => new CompletionLength(
            ended.TryGetValue(index, out var tokens) ? tokens : meter.Generated(index), ended.ContainsKey(index), window[index].Sampling.MaxTokens));
        return new TrialRun([.. completions], meter.Steps.ToArray(), time.GetElapsedTime(start).TotalSeconds);
    }

    // Tokens of the rows that have ended, by index.
    private static async Task<Dictionary<int, int>> EndedAsync(
        LocalBatchEngine engine, InferenceRequest[] window, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var ended = new Dictionary<int, int>();
        using var timeUp = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellationToken);
        try
        {
            await foreach (var generation in engine.RunAsync(window, either.Token))
            {
                ended.Add(generation.Index, generation.CompletionTokens);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time is up. What was finished before has been handed out.
        }

        return ended;
    }
}
