using System.Runtime.CompilerServices;
using BatchLLM.Inference;

namespace BatchLLM.Incremental;

/// <summary>Answers rows as an earlier run did, and has another engine run the rest.</summary>
/// <param name="inner">Runs what is new; disposed with this.</param>
/// <param name="answers">The earlier answers, disposed with this; null if there are none.</param>
/// <param name="modelKey">See <see cref="ContentHash.ModelKey"/>.</param>
public sealed class ReusingEngine(IBatchEngine inner, EarlierAnswers? answers, byte[] modelKey) : IBatchEngine
{
    /// <inheritdoc/>
    public EngineLimits Limits => inner.Limits;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Generation> RunAsync(
        IReadOnlyList<InferenceRequest> window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var hashes = window.AsParallel().AsOrdered().Select(request => ContentHash.Of(modelKey, request)).ToArray();
        var (rest, places) = (new List<InferenceRequest>(), new List<int>());
        for (var index = 0; index < window.Count; index++)
        {
            if (answers?.Find(hashes[index]) is { } earlier)
            {
                yield return Reuse(earlier, window[index], hashes[index]);
            }
            else
            {
                rest.Add(window[index] with { Index = rest.Count });
                places.Add(index);
            }
        }

        await foreach (var generation in inner.RunAsync(rest, cancellationToken))
        {
            var index = places[generation.Index];
            yield return generation with { Index = index, ContentHash = hashes[index] };
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        answers?.Dispose();
    }

    private static Generation Reuse(EarlierAnswer earlier, InferenceRequest request, UInt128 hash) =>
        new(request.Index, earlier.Text, earlier.TokenIds, earlier.CompletionTokens, earlier.FinishReason, Error: null)
        {
            SharedPromptTokens = request.PromptTokens.Length,
            ContentHash = hash,
            IsReused = true,
        };
}
