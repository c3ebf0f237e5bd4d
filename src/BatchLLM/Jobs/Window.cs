using BatchLLM.Inference;

namespace BatchLLM.Jobs;

/// <summary>
/// The rows of all shards a worker holds at once. The engine sees one list of requests; each of its answers finds its way
/// back to its shard here.
/// </summary>
internal sealed class Window
{
    private readonly bool _tokenIds;
    private readonly List<(WindowShard Shard, int Row)> _places = []; // [requests]
    private readonly List<InferenceRequest> _requests = [];

    /// <param name="shards">The leased shards with their rows.</param>
    /// <param name="tokenIds">True to keep generated ids.</param>
    public Window(IReadOnlyList<WindowShard> shards, bool tokenIds)
    {
        Shards = shards;
        _tokenIds = tokenIds;
        var rows = shards.Sum(shard => shard.Rows.Count);
        _places.EnsureCapacity(rows);
        _requests.EnsureCapacity(rows);
        foreach (var shard in shards)
        {
            AddRequests(shard);
        }
    }

    public IReadOnlyList<WindowShard> Shards { get; }

    /// <summary>The rows that the engine has to run.</summary>
    public IReadOnlyList<InferenceRequest> Requests => _requests;

    /// <summary>Takes an answer of the engine; returns its shard and what the row counts.</summary>
    public (WindowShard Shard, RowCounts Row) Accept(Generation generation)
    {
        var (shard, row) = _places[generation.Index];
        return (shard, shard.Accept(row, generation, _tokenIds));
    }

    private void AddRequests(WindowShard shard)
    {
        for (var row = 0; row < shard.Rows.Count; row++)
        {
            if (shard.HasEnded(row) || shard.Rows[row] is not { PromptTokens: { } prompt, Sampling: { } sampling, Error: null } ready)
            {
                continue;
            }

            var key = Prompts.RowKey.Compute(shard.Lease.Shard.FileIndex, ready.Location.RowNumber);
            _requests.Add(new InferenceRequest(_requests.Count, key, prompt, sampling) { ContinuesText = ready.ContinuesText });
            _places.Add((shard, row));
        }
    }
}
