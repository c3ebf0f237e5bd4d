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
        _tiles = new AttentionTiles(tokenBudget, Math.Max(1, TileQueries / _group));
        var queries = _tiles.TileRows * (_group + _group % 2);
        _attentions = [.. Enumerable.Range(0, workers).Select(_ => new TileAttention(config, cache, queries))];
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
        var place = new KvPlace(_layer, kvHead);
        var attention = _attentions[worker];
        var queries = stackalloc int[tile.Count + 1]; // [rows + 1], the first query of each
        Begin(tile, kvHead, attention, queries);
        for (var chunk = 0; chunk < tile.SharedChunks; chunk++)
        {
            attention.Add(place, _rows.Blocks(_tiles.Row(tile.First)), chunk, 0, queries[tile.Count]);
        }

        for (int first = 0, end; first < tile.Count; first = end)
        {
            end = EndOfRun(tile, first);
            AddOwn(tile, place, attention, queries, first, end);
        }

        End(tile, kvHead, attention, queries);
    }

    // Runs begin at even queries, for the kernel computes pairs: an odd run's last query stands there twice.
    private void Begin(AttentionTile tile, int kvHead, TileAttention attention, int* queries)
    {
        var next = 0;
        for (var i = 0; i < tile.Count; i++)
        {
            var row = _tiles.Row(tile.First + i);
            queries[i] = next;
            for (var head = 0; head < _group; head++)
            {
                attention.Begin(next++, _qkv.Query(row, kvHead * _group + head), _rows.Position(row));
            }

            if (next % 2 > 0 && EndOfRun(tile, i) == i + 1)
            {
                attention.Begin(next++, _qkv.Query(row, kvHead * _group + _group - 1), _rows.Position(row));
            }
        }

        queries[tile.Count] = next;
    }

    // Where the rows of one sequence end.
    private int EndOfRun(AttentionTile tile, int first)
    {
        var sequence = _rows.Sequence(_tiles.Row(tile.First + first));
        var end = first + 1;
        while (end < tile.Count && _rows.Sequence(_tiles.Row(tile.First + end)) == sequence)
        {
            end++;
        }

        return end;
    }

    // The chunks behind those that the tile shares; rows leave as chunks begin behind their positions.
    private void AddOwn(AttentionTile tile, KvPlace place, TileAttention attention, int* queries, int first, int end)
    {
        var last = _rows.Position(_tiles.Row(tile.First + end - 1));
        var blocks = _rows.Blocks(_tiles.Row(tile.First + first));
        for (var chunk = tile.SharedChunks; chunk <= last / AttentionTiles.ChunkTokens; chunk++)
        {
            while (_rows.Position(_tiles.Row(tile.First + first)) < chunk * AttentionTiles.ChunkTokens)
            {
                first++;
            }

            attention.Add(place, blocks, chunk, queries[first] & ~1, queries[end]);
        }
    }

    private void End(AttentionTile tile, int kvHead, TileAttention attention, int* queries)
    {
        for (var i = 0; i < tile.Count; i++)
        {
            var result = _output[_tiles.Row(tile.First + i)] + kvHead * _group * _headSize;
            for (var head = 0; head < _group; head++)
            {
                attention.End(queries[i] + head, result + head * _headSize);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_attentions, a => a.Dispose());
}
