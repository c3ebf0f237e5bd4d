using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints;
using BatchLLM.Engine.Layers;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// softmax(q kᵀ) v of a tile's queries for one key head, chunk after chunk of positions (Dao et al. 2022, arXiv 2205.14135):
/// each chunk's keys and values are read once for all queries. One per thread.
/// </summary>
internal sealed unsafe class TileAttention : IDisposable
{
    private const int Chunk = AttentionTiles.ChunkTokens;

    private readonly KvCache _cache;
    private readonly int _headSize;
    private readonly int _valueVectors;
    private readonly int[] _positions; // [queries]
    private readonly float[] _max; // [queries], largest score so far
    private readonly MatrixBuffer _queries; // [queries, headSize]
    private readonly MatrixBuffer _scores; // [queries, chunk], then weights
    private readonly MatrixBuffer _sums; // [queries, valueStride], weighted values so far
    private readonly MatrixBuffer _lanes; // [queries, 8], sum of weights so far
    private readonly AlignedBuffer<float> _decoded; // [chunk, valueStride]

    /// <summary>Allocates.</summary>
    /// <param name="config">The model's numbers.</param>
    /// <param name="cache">Where keys and values stand.</param>
    /// <param name="queryCount">Most queries of a tile, an even number.</param>
    public TileAttention(LlamaConfig config, KvCache cache, int queryCount)
    {
        _cache = cache;
        _headSize = config.HeadSize;
        _valueVectors = cache.ValueStride / 8;
        _positions = new int[queryCount];
        _max = new float[queryCount];
        _queries = new MatrixBuffer(queryCount, config.HeadSize);
        _scores = new MatrixBuffer(queryCount, Chunk);
        _sums = new MatrixBuffer(queryCount, cache.ValueStride);
        _lanes = new MatrixBuffer(queryCount, 8);
        _decoded = new AlignedBuffer<float>((long)Chunk * cache.ValueStride);
    }

    /// <summary>Begins with a query: it has seen nothing.</summary>
    /// <param name="index">Which of the tile's; positions never fall within a sequence.</param>
    /// <param name="query">Turned and scaled. // [headSize]</param>
    /// <param name="position">Its position, the last one that it sees.</param>
    public void Begin(int index, float* query, int position)
    {
        new ReadOnlySpan<float>(query, _headSize).CopyTo(new Span<float>(_queries.Rows[index], _headSize));
        new Span<float>(_sums.Rows[index], 8 * _valueVectors).Clear();
        new Span<float>(_lanes.Rows[index], 8).Clear();
        _positions[index] = position;
        _max[index] = float.NegativeInfinity;
    }

    /// <summary>Takes one chunk of positions into queries that read the same blocks.</summary>
    /// <param name="place">Layer and key head.</param>
    /// <param name="blocks">Blocks that hold the queries' positions. // [blocks]</param>
    /// <param name="chunk">Which chunk.</param>
    /// <param name="first">First query, even; with the others in ascending position, unless all see the whole chunk.</param>
    /// <param name="end">Behind the last query, even. The last one sees some of the chunk.</param>
    public void Add(KvPlace place, ReadOnlySpan<int> blocks, int chunk, int first, int end)
    {
        var start = chunk * Chunk;
        var needed = Seen(end - 1, start);
        for (var offset = 0; offset < needed; offset += Length(start + offset, needed - offset))
        {
            Score(place, blocks, start, offset, first, end);
        }

        Weigh(start, first, end);
        for (var offset = 0; offset < needed; offset += Length(start + offset, needed - offset))
        {
            Accumulate(place, blocks, start, offset, first, end);
        }
    }

    /// <summary>Ends a query.</summary>
    /// <param name="index">Which of the tile's.</param>
    /// <param name="result">Receives the weighted mean of the values. // [headSize]</param>
    public void End(int index, float* result)
    {
        var factor = 1 / Lanes.Sum(Vector256.Load(_lanes.Rows[index]));
        var sums = _sums.Rows[index];
        for (var i = 0; i < _headSize; i++)
        {
            result[i] = sums[i] * factor;
        }
    }

    // Positions of a chunk that a query sees; none if not above 0.
    private int Seen(int query, int start) => Math.Min(Chunk, _positions[query] + 1 - start);

    // Positions from one on that stand in one block, at most a chunk's rest.
    private int Length(int position, int most) => Math.Min(_cache.BlockTokens - position % _cache.BlockTokens, most);

    private void Score(KvPlace place, ReadOnlySpan<int> blocks, int start, int offset, int first, int end)
    {
        var position = start + offset;
        var length = Length(position, Seen(end - 1, start) - offset);
        var block = blocks[position / _cache.BlockTokens];
        var keys = _cache.Keys(place, block, position % _cache.BlockTokens, length, _decoded.Pointer);
        for (var query = first; query < end; query += AttentionKernel.TileRows)
        {
            var rows = Math.Min(AttentionKernel.TileRows, end - query);
            var count = Math.Min(length, Seen(query + rows - 1, start) - offset);
            var scores = new Matrix(_scores.Rows[query] + offset, _scores.Rows.Stride);
            AttentionKernel.Multiply(
                new Matrix(_queries.Rows[query], _queries.Rows.Stride), keys, scores, rows, _headSize, (count + 7) / 8, adds: false);
        }
    }

    private void Weigh(int start, int first, int end)
    {
        for (var query = first; query < end; query += AttentionKernel.TileRows)
        {
            var tileEnd = Math.Min(end, query + AttentionKernel.TileRows);
            var width = Math.Max(0, (Seen(tileEnd - 1, start) + 7) / 8 * 8);
            for (var i = query; i < tileEnd; i++)
            {
                OnlineSoftmax.Add(
                    _scores.Rows[i], Seen(i, start), width, ref _max[i], _lanes.Rows[i], _sums.Rows[i], 8 * _valueVectors);
            }
        }
    }

    private void Accumulate(KvPlace place, ReadOnlySpan<int> blocks, int start, int offset, int first, int end)
    {
        var position = start + offset;
        var length = Length(position, Seen(end - 1, start) - offset);
        var block = blocks[position / _cache.BlockTokens];
        var values = _cache.Values(place, block, position % _cache.BlockTokens, length, _decoded.Pointer);
        for (var query = first; query < end; query += AttentionKernel.TileRows)
        {
            var rows = Math.Min(AttentionKernel.TileRows, end - query);
            var count = Math.Min(length, Seen(query + rows - 1, start) - offset);
            var weights = new Matrix(_scores.Rows[query] + offset, _scores.Rows.Stride);
            AttentionKernel.Multiply(
                weights, values, new Matrix(_sums.Rows[query], _sums.Rows.Stride), rows, count, _valueVectors, adds: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queries.Dispose();
        _scores.Dispose();
        _sums.Dispose();
        _lanes.Dispose();
        _decoded.Dispose();
    }
}
