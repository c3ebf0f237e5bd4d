using BatchLLM.Inference;
using BatchLLM.Tokens;

namespace BatchLLM.Engine.Compare;

/// <summary>
/// Completes prompts with two models: both over model A's completions, and model B once more by itself where its choice was
/// another than A's. Where it never was, B's own completion is A's, for a sequence's logits do not depend on its neighbours.
/// </summary>
public sealed class PairRun : IAsyncDisposable
{
    private readonly CpuModelRunner _a;
    private readonly LocalBatchEngine _engineOfB;

    /// <summary>Joins two models.</summary>
    /// <param name="a">Chooses the tokens that both models are compared over; disposed with this.</param>
    /// <param name="b">Of the same vocabulary; disposed with this.</param>
    /// <param name="tokenizer">That of both models.</param>
    /// <param name="stopTokens">Ids that end a completion of either model.</param>
    public PairRun(CpuModelRunner a, CpuModelRunner b, ITokenizer tokenizer, IReadOnlySet<int> stopTokens)
    {
        _a = a;
        _engineOfB = new LocalBatchEngine(b, tokenizer, stopTokens);
        Lockstep = new LockstepRun(a, b, stopTokens);
    }

    /// <summary>The run over A's completions, with its times.</summary>
    public LockstepRun Lockstep { get; }

    /// <summary>Completes prompts.</summary>
    /// <param name="requests">As <see cref="LockstepRun.Run"/> takes them, each index its position in the list.</param>
    /// <param name="finish">Takes each row as it ends, in any order, on any thread but one at a time.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public async Task RunAsync(
        IReadOnlyList<InferenceRequest> requests, Action<PairRow> finish, CancellationToken cancellationToken)
    {
        var diverged = new Dictionary<int, LockstepRow>();
        await Task.Run(() => Lockstep.Run(requests, Accept, cancellationToken), cancellationToken);
        var window = diverged.Keys.Order().Select(index => GreedyRequest.Of(requests[index])).ToList();
        await foreach (var generation in _engineOfB.RunAsync(window, cancellationToken))
        {
            var row = diverged[generation.Index];
            finish(new PairRow(row, generation.TokenIds, row.IsFinite && generation.Error is null));
        }

        void Accept(LockstepRow row)
        {
            if (row.IsFinite && row.SameChoices < row.Positions)
            {
                diverged.Add(row.Index, row);
            }
            else
            {
                finish(new PairRow(row, row.TokenIds, row.IsFinite));
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _a.Dispose();
        await _engineOfB.DisposeAsync();
    }
}
