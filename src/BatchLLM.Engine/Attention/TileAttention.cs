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
    /// <summary>Positions that the online softmax takes at once, from multiples of it on.</summary>
    public const int ChunkTokens = 128;

    // A few queries compute as fast as memory delivers. BF16 is then widened inside the kernel, instead of once for all queries.
    private const int FewQueries = 2 * AttentionKernel.TileRows;

    private readonly KvCache _cache;
    private readonly int _headSize;
    private readonly int _valueVectors;
    private readonly int[] _positions; // [queries]
    private readonly float[] _max; // [queries], largest score so far
    private readonly MatrixBuffer _queries; // [queries, headSize]
    private readonly MatrixBuffer _scores; // [queries, chunk], then weights
    private readonly MatrixBuffer _sums; // [queries, valueStride], weighted values so far
    private readonly MatrixBuffer _lanes; // [queries, 8], sum of weights so far
    private readonly AlignedBuffer<float> _decoded; // [positions of a block, valueStride]

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
        _scores = new MatrixBuffer(queryCount, ChunkTokens);
        _sums = new MatrixBuffer(queryCount, cache.ValueStride);
        _lanes = new MatrixBuffer(queryCount, 8);
        _decoded = new AlignedBuffer<float>((long)Math.Min(ChunkTokens, cache.BlockTokens) * cache.ValueStride);
    }

    /// <summary>Begins with a query: it has seen nothing.</summary>
    /// <param name="index">Which of the tile's; positions never fall within a sequence.</param>
    /// <param name="query">Turned and scaled. // [headSize]</param>
    /// <param name="position">Its position, the last one that it sees.</param>
    public void Begin(int index, float* query, int position)
    {
        Scale(query, _queries.Rows[index], 1);
        for (var vector = 0; vector < _valueVectors; vector++)
        {
            Vector256<float>.Zero.Store(_sums.Rows[index] + 8 * vector);
        }

        Vector256<float>.Zero.Store(_lanes.Rows[index]);
        _positions[index] = position;
        _max[index] = float.NegativeInfinity;
    }

    /// <summary>Scores the positions of a part.</summary>
    /// <param name="place">Layer and key head.</param>
    /// <param name="blocks">Blocks that hold the positions. // [blocks]</param>
    /// <param name="part">Positions and queries.</param>
    public void Score(KvPlace place, ReadOnlySpan<int> blocks, TilePart part)
    {
        int length;
        for (var position = part.FirstPosition; position < part.EndPosition; position += length)
        {
            var (block, slot) = Math.DivRem(position, _cache.BlockTokens);
            length = Math.Min(_cache.BlockTokens - slot, part.EndPosition - position);
            Prefetch(place, blocks, block, part);
            ScoreBlock(place, blocks[block], slot, length, part with { FirstPosition = position });
        }
    }

    /// <summary>Turns a chunk's scores into weights, once all of its positions are scored.</summary>
    /// <param name="start">The chunk's first position.</param>
    /// <param name="first">First query of a run.</param>
    /// <param name="end">Behind its last query, which sees some of the chunk.</param>
    public void Weigh(int start, int first, int end)
    {
        var width = (Seen(end - 1, start, ChunkTokens) + 7) / 8 * 8;
        for (var query = first; query < end; query++)
        {
            OnlineSoftmax.Add(
                _scores.Rows[query], Seen(query, start, ChunkTokens), width, ref _max[query],
                _lanes.Rows[query], _sums.Rows[query], 8 * _valueVectors);
        }
    }

    /// <summary>Adds the weighted values of the positions of a part, in ascending position.</summary>
    /// <param name="place">Layer and key head.</param>
    /// <param name="blocks">Blocks that hold the positions. // [blocks]</param>
    /// <param name="part">Positions and queries.</param>
    public void Accumulate(KvPlace place, ReadOnlySpan<int> blocks, TilePart part)
    {
        int length;
        for (var position = part.FirstPosition; position < part.EndPosition; position += length)
        {
            var (block, slot) = Math.DivRem(position, _cache.BlockTokens);
            length = Math.Min(_cache.BlockTokens - slot, part.EndPosition - position);
            AccumulateBlock(place, blocks[block], slot, length, part with { FirstPosition = position });
        }
    }

    /// <summary>Ends a query.</summary>
    /// <param name="index">Which of the tile's.</param>
    /// <param name="result">Receives the weighted mean of the values. // [headSize]</param>
    public void End(int index, float* result) =>
        Scale(_sums.Rows[index], result, 1 / Lanes.Sum(Vector256.Load(_lanes.Rows[index])));

    private void Scale(float* source, float* destination, float factor)
    {
        var i = 0;
        for (; i <= _headSize - 8; i += 8)
        {
            (Vector256.Load(source + i) * factor).Store(destination + i);
        }

        for (; i < _headSize; i++)
        {
            destination[i] = source[i] * factor;
        }
    }

    // Values are asked for while their keys are scored, and so are the next block's keys.
    private void Prefetch(KvPlace place, ReadOnlySpan<int> blocks, int block, TilePart part)
    {
        if (part.EndQuery - part.FirstQuery > FewQueries)
        {
            return;
        }

        _cache.PrefetchValues(place, blocks[block]);
        if (block + 1 < blocks.Length)
        {
            _cache.PrefetchKeys(place, blocks[block + 1]);
        }
    }

    // How many of some positions a query sees; none if not above 0.
    private int Seen(int query, int first, int count) => Math.Min(count, _positions[query] + 1 - first);

    private void ScoreBlock(KvPlace place, int block, int slot, int length, TilePart part)
    {
        switch (_cache.Precision)
        {
            case KvPrecision.Full:
                Score(_cache.Keys<Float32Element>(place, block, slot), length, part);
                break;
            case KvPrecision.Bf16 when part.EndQuery - part.FirstQuery <= FewQueries:
                Score(_cache.Keys<BFloat16Element>(place, block, slot), length, part);
                break;
            default:
                Score(_cache.DecodeKeys(place, block, slot, length, _decoded.Pointer), length, part);
                break;
        }
    }

    private void Score<T>(KvColumns<T> keys, int length, TilePart part)
        where T : unmanaged, IKvElement<T>
    {
        var offset = part.FirstPosition % ChunkTokens;
        for (var query = part.FirstQuery; query < part.EndQuery; query += AttentionKernel.TileRows)
        {
            var rows = Math.Min(AttentionKernel.TileRows, part.EndQuery - query);
            var vectors = (Seen(query + rows - 1, part.FirstPosition, length) + 7) / 8;
            var scores = new Matrix(_scores.Rows[query] + offset, _scores.Rows.Stride);
            var left = new Matrix(_queries.Rows[query], _queries.Rows.Stride);
            AttentionKernel.Multiply(left, keys, scores, rows, _headSize, vectors, adds: false);
        }
    }

    private void AccumulateBlock(KvPlace place, int block, int slot, int length, TilePart part)
    {
        switch (_cache.Precision)
        {
            case KvPrecision.Full:
                Accumulate(_cache.Values<Float32Element>(place, block, slot), length, part);
                break;
            case KvPrecision.Bf16 when part.EndQuery - part.FirstQuery <= FewQueries:
                Accumulate(_cache.Values<BFloat16Element>(place, block, slot), length, part);
                break;
            default:
                Accumulate(_cache.DecodeValues(place, block, slot, length, _decoded.Pointer), length, part);
                break;
        }
    }

    private void Accumulate<T>(KvColumns<T> values, int length, TilePart part)
        where T : unmanaged, IKvElement<T>
    {
        var offset = part.FirstPosition % ChunkTokens;
        for (var query = part.FirstQuery; query < part.EndQuery; query += AttentionKernel.TileRows)
        {
            var rows = Math.Min(AttentionKernel.TileRows, part.EndQuery - query);
            var count = Seen(query + rows - 1, part.FirstPosition, length);
            var weights = new Matrix(_scores.Rows[query] + offset, _scores.Rows.Stride);
            var sums = new Matrix(_sums.Rows[query], _sums.Rows.Stride);
            AttentionKernel.Multiply(weights, values, sums, rows, count, _valueVectors, adds: true);
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
