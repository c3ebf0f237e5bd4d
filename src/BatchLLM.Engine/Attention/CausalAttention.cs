using BatchLLM.Checkpoints;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Model;
using BatchLLM.Engine.Threading;
using BatchLLM.Planning;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// softmax(q kᵀ) v of every row over its sequence's positions up to its own; one piece per tile of rows and key head, which
/// serves all query heads of the group. Positions are taken in ascending order, in chunks at fixed positions, whatever blocks
/// hold them and whatever rows share the tile.
/// </summary>
/// <remarks>
/// Each row carries its running maximum and sum from a shared prefix into its own positions, so nothing has to be merged
/// afterwards. Cutting one row's positions into pieces of their own was rejected: key heads times rows keep all threads of
/// a machine busy in a batch.
/// </remarks>
internal sealed unsafe class CausalAttention : IWorkItems, IDisposable
{
    // Enough to read keys and values from second-level cache at a fraction of the arithmetic's time.
    private const int TileQueries = 32;

    private readonly StepRows _rows;
    private readonly AttentionTiles _tiles;
    private readonly TileAttention[] _attentions; // [workers]
    private readonly int _kvHeads;
    private readonly int _group;
    private readonly int _headSize;
    private QkvRows _qkv;
    private Matrix _output;
    private int _layer;

    /// <summary>Allocates what each thread needs.</summary>
    public CausalAttention(LlamaConfig config, KvCache cache, StepRows rows, int tokenBudget, int workers)
    {
        _rows = rows;
        _kvHeads = config.KvHeadCount;
        _group = config.HeadCount / config.KvHeadCount;
        _headSize = config.HeadSize;
        _tiles = new AttentionTiles(tokenBudget, Math.Max(1, TileQueries / _group), _group);
        _attentions = [.. Enumerable.Range(0, workers).Select(_ => new TileAttention(config, cache, _tiles.QueryCount))];
    }

    /// <inheritdoc/>
    public int Count => _tiles.Count * _kvHeads;

    /// <summary>Cuts the next step's rows into tiles, for all layers.</summary>
    public void Fill(Step step) => _tiles.Fill(step);

    /// <summary>Sets the layer, its rows, and where the result goes.</summary>
    /// <param name="qkv">Turned and scaled queries; keys and values are read from the cache.</param>
    /// <param name="output">Receives the heads side by side. // [rows, heads * headSize]</param>
    /// <param name="layer">Which layer of the cache.</param>
    public CausalAttention Of(QkvRows qkv, Matrix output, int layer)
    {
        (_qkv, _output, _layer) = (qkv, output, layer);
        return this;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        var (index, kvHead) = Math.DivRem(item, _kvHeads);
        var tile = _tiles[index];
        var attention = _attentions[worker];
        var end = 0;
        foreach (var run in _tiles.Runs(tile))
        {
            Begin(run, kvHead, attention);
            end = Math.Max(end, _rows.Position(run.Row) + run.Count);
        }

        for (var start = 0; start < end; start += TileAttention.ChunkTokens)
        {
            AddChunk(tile, new KvPlace(_layer, kvHead), attention, start);
        }

        foreach (var run in _tiles.Runs(tile))
        {
            End(run, kvHead, attention);
        }
    }

    private void Begin(AttentionRun run, int kvHead, TileAttention attention)
    {
        var query = run.FirstQuery;
        for (var row = run.Row; row < run.Row + run.Count; row++)
        {
            for (var head = 0; head < _group; head++)
            {
                attention.Begin(query++, _qkv.Query(row, kvHead * _group + head), _rows.Position(row));
            }
        }

        if (query < run.EndQuery)
        {
            var last = run.Row + run.Count - 1;
            attention.Begin(query, _qkv.Query(last, kvHead * _group + _group - 1), _rows.Position(last));
        }
    }

    private void AddChunk(AttentionTile tile, KvPlace place, TileAttention attention, int start)
    {
        for (var i = 0; i <= tile.RunCount; i++)
        {
            var part = Part(tile, i, start);
            attention.Score(place, _rows.Blocks(part.Row), part);
        }

        foreach (var run in _tiles.Runs(tile))
        {
            if (_rows.Position(run.Row) + run.Count > start)
            {
                attention.Weigh(start, FirstQuery(run, start), run.EndQuery);
            }
        }

        for (var i = 0; i <= tile.RunCount; i++)
        {
            var part = Part(tile, i, start);
            attention.Accumulate(place, _rows.Blocks(part.Row), part);
        }
    }

    // Of the chunk from a position on: first what the tile shares, then what is each run's own.
    private TilePart Part(AttentionTile tile, int index, int start)
    {
        var runs = _tiles.Runs(tile);
        var end = start + TileAttention.ChunkTokens;
        if (index == 0)
        {
            return new TilePart(runs[0].Row, start, Math.Min(end, tile.SharedTokens), 0, tile.QueryCount);
        }

        var run = runs[index - 1];
        start = Math.Max(start, tile.SharedTokens);
        end = Math.Min(end, _rows.Position(run.Row) + run.Count);
        return new TilePart(run.Row, start, end, FirstQuery(run, start), run.EndQuery);
    }

    // The first query of the rows that see a position; the one before, where that is odd.
    private int FirstQuery(AttentionRun run, int position) =>
        run.FirstQuery + Math.Max(0, position - _rows.Position(run.Row)) * _group / 2 * 2;

    private void End(AttentionRun run, int kvHead, TileAttention attention)
    {
        var query = run.FirstQuery;
        for (var row = run.Row; row < run.Row + run.Count; row++)
        {
            for (var head = 0; head < _group; head++)
            {
                attention.End(query++, _output[row] + (kvHead * _group + head) * _headSize);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_attentions, a => a.Dispose());
}
