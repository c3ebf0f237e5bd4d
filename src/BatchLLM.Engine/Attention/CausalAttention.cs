using BatchLLM.Checkpoints;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Model;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// softmax(q kᵀ) v of every row over its sequence's positions up to its own; one piece per row and key head, which serves
/// all query heads of the group. Positions are taken in ascending order whatever blocks hold them.
/// </summary>
internal sealed unsafe class CausalAttention : IWorkItems, IDisposable
{
    private readonly KvCache _cache;
    private readonly StepRows _rows;
    private readonly int _kvHeads;
    private readonly int _group;
    private readonly int _headSize;
    private readonly int _scoreStride;
    private readonly AlignedBuffer<float>[] _scratch; // [workers] of [group, scoreStride] scores, [group, valueStride] sums, a decoded block
    private QkvRows _qkv;
    private Matrix _output;
    private int _layer;

    /// <summary>Allocates scores for each thread.</summary>
    public CausalAttention(LlamaConfig config, KvCache cache, StepRows rows, int contextLength, int workers)
    {
        _cache = cache;
        _rows = rows;
        _kvHeads = config.KvHeadCount;
        _group = config.HeadCount / config.KvHeadCount;
        _headSize = config.HeadSize;
        _scoreStride = (contextLength + cache.BlockTokens - 1) / cache.BlockTokens * cache.BlockTokens;
        _scratch = new AlignedBuffer<float>[workers];
        for (var i = 0; i < workers; i++)
        {
            _scratch[i] = new AlignedBuffer<float>((long)_group * (_scoreStride + cache.ValueStride) + cache.ScratchLength);
        }
    }

    /// <inheritdoc/>
    public int Count => _rows.Count * _kvHeads;

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
        var (row, kvHead) = Math.DivRem(item, _kvHeads);
        var positions = _rows.Position(row) + 1;
        var scores = _scratch[worker].Pointer;
        var sums = scores + (nint)_group * _scoreStride;
        var decoded = sums + (nint)_group * _cache.ValueStride;
        Score(row, kvHead, positions, scores, decoded);
        for (var head = 0; head < _group; head++)
        {
            Softmax.Normalize(scores + (nint)head * _scoreStride, positions);
        }

        new Span<float>(sums, _group * _cache.ValueStride).Clear();
        Accumulate(row, kvHead, positions, scores, sums, decoded);
        for (var head = 0; head < _group; head++)
        {
            var source = new ReadOnlySpan<float>(sums + head * _cache.ValueStride, _headSize);
            source.CopyTo(new Span<float>(_output[row] + (kvHead * _group + head) * _headSize, _headSize));
        }
    }

    private void Score(int row, int kvHead, int positions, float* scores, float* decoded)
    {
        var blocks = _rows.Blocks(row);
        for (var first = 0; first < positions; first += _cache.BlockTokens)
        {
            var keys = _cache.Keys(_layer, blocks[first / _cache.BlockTokens], kvHead, decoded);
            var needed = Math.Min(_cache.BlockTokens, positions - first);
            for (var head = 0; head < _group; head += 2)
            {
                var other = Math.Min(head + 1, _group - 1);
                AttentionKernel.Score(
                    _qkv.Query(row, kvHead * _group + head), _qkv.Query(row, kvHead * _group + other), keys,
                    scores + (nint)head * _scoreStride + first, scores + (nint)other * _scoreStride + first,
                    _headSize, _cache.BlockTokens, needed);
            }
        }
    }

    private void Accumulate(int row, int kvHead, int positions, float* weights, float* sums, float* decoded)
    {
        var blocks = _rows.Blocks(row);
        for (var first = 0; first < positions; first += _cache.BlockTokens)
        {
            var values = _cache.Values(_layer, blocks[first / _cache.BlockTokens], kvHead, decoded);
            var count = Math.Min(_cache.BlockTokens, positions - first);
            for (var head = 0; head < _group; head += 2)
            {
                var other = Math.Min(head + 1, _group - 1);
                AttentionKernel.Accumulate(
                    weights + (nint)head * _scoreStride + first, weights + (nint)other * _scoreStride + first, values,
                    sums + head * _cache.ValueStride, sums + other * _cache.ValueStride, count, _cache.ValueStride);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_scratch, s => s.Dispose());
}
