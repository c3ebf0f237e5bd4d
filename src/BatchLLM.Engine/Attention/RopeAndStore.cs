using BatchLLM.Checkpoints;
using BatchLLM.Engine.Model;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Attention;

/// <summary>Turns a row's queries and keys to its position and stores keys and values in the cache; one piece per row.</summary>
internal sealed unsafe class RopeAndStore : IWorkItems
{
    private readonly LlamaConfig _config;
    private readonly KvCache _cache;
    private readonly StepRows _rows;
    private readonly int _half;
    private readonly float _queryScale;
    private readonly float[] _cosines; // [positions, half]
    private readonly float[] _sines; // [positions, half]
    private QkvRows _qkv;
    private int _layer;

    /// <summary>Takes the angles of all positions.</summary>
    public RopeAndStore(LlamaConfig config, KvCache cache, StepRows rows, StoredRope angles)
    {
        _config = config;
        _cache = cache;
        _rows = rows;
        _half = config.HeadSize / 2;
        _queryScale = 1 / MathF.Sqrt(config.HeadSize);
        (_cosines, _sines) = (angles.Cosines, angles.Sines);
    }

    /// <inheritdoc/>
    public int Count => _rows.Count;

    /// <summary>Sets the layer and its rows.</summary>
    public RopeAndStore Of(QkvRows qkv, int layer)
    {
        (_qkv, _layer) = (qkv, layer);
        return this;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        var position = _rows.Position(item);
        var block = _rows.Blocks(item)[position / _cache.BlockTokens];
        var slot = position % _cache.BlockTokens;
        for (var head = 0; head < _config.HeadCount; head++)
        {
            Turn(_qkv.Query(item, head), position, _queryScale);
        }

        for (var head = 0; head < _config.KvHeadCount; head++)
        {
            var key = _qkv.Key(item, head);
            Turn(key, position, 1);
            _cache.Store(_layer, block, head, slot, key, _qkv.Value(item, head));
        }
    }

    // Half-split rotation: element i turns with element i + half. Queries take the softmax's 1 / sqrt(headSize) along.
    private void Turn(float* head, int position, float scale)
    {
        var cosines = _cosines.AsSpan(position * _half, _half);
        var sines = _sines.AsSpan(position * _half, _half);
        for (var i = 0; i < cosines.Length; i++)
        {
            float first = head[i], second = head[i + _half];
            head[i] = (first * cosines[i] - second * sines[i]) * scale;
            head[i + _half] = (second * cosines[i] + first * sines[i]) * scale;
        }
    }
}
