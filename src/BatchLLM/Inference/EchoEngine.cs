using BatchLLM.Planning;
using BatchLLM.Tokens;

namespace BatchLLM.Inference;

/// <summary>
/// Answers every row with the beginning of its own prompt. Nothing is computed, so what a job costs with it is the pipeline:
/// reading, prompts, tokens, planning, output, state.
/// </summary>
/// <remarks>
/// A completion is the prompt's first max_tokens tokens, ends at a stop string as any other does, and counts as truncated
/// where the prompt goes on. Windows are planned as for a model, and rows end in the planned order; steps there are none.
/// </remarks>
/// <param name="tokenizer">Turns ids into text.</param>
/// <param name="contextLength">Most positions of prompt and completion together.</param>
public sealed class EchoEngine(ITokenizer tokenizer, int contextLength) : IBatchEngine
{
    private readonly RunnerLimits _limits = LimitsOf(tokenizer, contextLength);

    /// <inheritdoc/>
    public EngineLimits Limits { get; } = new(contextLength, tokenizer.VocabularySize, ConcurrentRows: 1);

    /// <summary>Sizes that a window is planned for: those of a large device, with room for any row.</summary>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="contextLength">Most positions of prompt and completion together.</param>
    public static RunnerLimits LimitsOf(ITokenizer tokenizer, int contextLength)
    {
        const int BlockTokens = 32;
        return new RunnerLimits(
            contextLength, tokenizer.VocabularySize, StepTokenBudget: 2048, StepSequenceBudget: 256, BlockTokens,
            KvBlockCount: 16 * ((contextLength / BlockTokens) + 1));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Generation> RunAsync(
        IReadOnlyList<InferenceRequest> window, CancellationToken cancellationToken) =>
        Run(window, cancellationToken).ToAsyncEnumerable();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IEnumerable<Generation> Run(IReadOnlyList<InferenceRequest> window, CancellationToken cancellationToken)
    {
        var servable = new List<InferenceRequest>(window.Count);
        foreach (var request in window)
        {
            if (RequestCheck.Check(request, _limits) is { } error)
            {
                yield return Generation.Failed(request.Index, error);
            }
            else
            {
                servable.Add(request);
            }
        }

        var plan = WindowPlan.Of(servable, _limits, lengths: null);
        while (plan.NextRow() is { } row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var echo = Echo(row, RequestCheck.MaxTokens(row, _limits));
            yield return echo;
            foreach (var copy in plan.CopiesOf(echo.Index))
            {
                yield return echo with { Index = copy.Index, SharedPromptTokens = copy.PromptTokens.Length, IsCopy = true };
            }
        }
    }

    private Generation Echo(InferenceRequest request, int maxTokens)
    {
        var echoed = request.PromptTokens.AsSpan(0, Math.Min(maxTokens, request.PromptTokens.Length));
        if (request.Sampling.Stop.Count > 0 && FindStop(request, echoed, out var count) is { } cut)
        {
            return new Generation(request.Index, cut, echoed[..count].ToArray(), count, FinishReason.Stop, Error: null);
        }

        var text = request.ContinuesText ? tokenizer.DecodeContinuation(echoed) : tokenizer.Decode(echoed);
        var reason = echoed.Length < request.PromptTokens.Length ? FinishReason.Length : FinishReason.Stop;
        return new Generation(request.Index, text, echoed.ToArray(), echoed.Length, reason, Error: null);
    }

    /// <summary>The text before the first stop string, and the tokens up to its end; null if there is none.</summary>
    private string? FindStop(InferenceRequest request, ReadOnlySpan<int> tokens, out int count)
    {
        var search = new StopSearch(new IncrementalDecoder(tokenizer, request.ContinuesText), request.Sampling.Stop);
        for (count = 1; count <= tokens.Length; count++)
        {
            if (search.Append(tokens[count - 1]) is { } text)
            {
                return text;
            }
        }

        return null;
    }
}
