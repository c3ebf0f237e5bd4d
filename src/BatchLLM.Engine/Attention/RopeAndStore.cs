using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints;
using BatchLLM.Engine.Model;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Attention;

/// <summary>Turns rows' queries and keys to their positions and stores keys and values in the cache. Reused.</summary>
internal sealed unsafe class RopeAndStore : IWorkItems
{
    private const int RowChunk = 8;

    private readonly LlamaConfig _config;
    private readonly KvCache _cache;
    private readonly StepRows _rows;
    private readonly RopeAngles _angles;
    private readonly int _half;
    private readonly float _queryScale;
    private QkvRows _qkv;
    private int _layer;

    /// <summary>Takes the angles, which cover each step's positions.</summary>
    public RopeAndStore(LlamaConfig config, KvCache cache, StepRows rows, RopeAngles angles)
    {
        (_config, _cache, _rows, _angles) = (config, cache, rows, angles);
        _half = config.HeadSize / 2;
        _queryScale = 1 / MathF.Sqrt(config.HeadSize);
    }

    /// <inheritdoc/>
    public int Count => (_rows.Count + RowChunk - 1) / RowChunk;

    /// <summary>Sets the layer and its rows.</summary>
    public RopeAndStore Of(QkvRows qkv, int layer)
    {
        (_qkv, _layer) = (qkv, layer);
        return this;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        for (var row = item * RowChunk; row < Math.Min(_rows.Count, (item + 1) * RowChunk); row++)
        {
            RunRow(row);
        }
    }

    private void RunRow(int row)
    {
        var position = _rows.Position(row);
        var block = _rows.Blocks(row)[position / _cache.BlockTokens];
        var slot = position % _cache.BlockTokens;
        float* cosines = _angles.Cosines(position), sines = _angles.Sines(position);
        for (var head = 0; head < _config.HeadCount; head++)
        {
            Turn(_qkv.Query(row, head), cosines, sines, _queryScale);
        }

        for (var head = 0; head < _config.KvHeadCount; head++)
        {
            var key = _qkv.Key(row, head);
            Turn(key, cosines, sines, 1);
            _cache.Store(new KvPlace(_layer, head), block, slot, key, _qkv.Value(row, head));
        }
    }

    // Half-split rotation: element i turns with element i + half. Queries take the softmax's 1 / sqrt(headSize) along.
    private void Turn(float* head, float* cosines, float* sines, float scale)
    {
        var i = 0;
        for (; i <= _half - 8; i += 8)
        {
            Vector256<float> first = Vector256.Load(head + i), second = Vector256.Load(head + i + _half);
            Vector256<float> cosine = Vector256.Load(cosines + i), sine = Vector256.Load(sines + i);
            ((first * cosine - second * sine) * scale).Store(head + i);
            ((second * cosine + first * sine) * scale).Store(head + i + _half);
        }

        for (; i < _half; i++)
        {
            float first = head[i], second = head[i + _half];
            head[i] = (first * cosines[i] - second * sines[i]) * scale;
            head[i + _half] = (second * cosines[i] + first * sines[i]) * scale;
        }
    }
}
