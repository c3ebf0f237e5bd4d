using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Attention;
using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Model;
using BatchLLM.Engine.Reference;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Tests.Engine.Attention;

/// <summary>Sequences of random keys and values in a cache, some behind shared prefixes, and attention over them in plain loops.</summary>
internal sealed unsafe class AttentionFixture : IDisposable
{
    private const int Budget = 120;
    private const float Scale = 0.01f;

    private readonly LlamaConfig _config;
    private readonly KvPrecision _precision;
    private readonly KvCache _cache;
    private readonly MatrixBuffer _qkv; // [rows, queries | key | value]
    private readonly MatrixBuffer _output; // [rows, heads * headSize]
    private readonly Dictionary<(int Block, int Slot, int Head), (float[] Key, float[] Value)> _stored = [];
    private int _nextBlock;

    /// <summary>Takes a random shape: groups of 1 to 5, heads of any width, small blocks.</summary>
    public AttentionFixture(Random random, KvPrecision precision)
    {
        var kvHeads = random.Next(1, 4);
        _precision = precision;
        _config = new LlamaConfig
        {
            Architecture = "LlamaForCausalLM",
            HiddenSize = 8,
            LayerCount = 1,
            HeadCount = kvHeads * random.Next(1, 6),
            KvHeadCount = kvHeads,
            HeadSize = 2 * random.Next(2, 37),
            IntermediateSize = 8,
            VocabularySize = 8,
            ContextLength = 256,
            NormEpsilon = 1e-5,
            RopeTheta = 10_000,
        };
        var panel = random.Next(2) == 0 ? KvCache.NarrowPanel : KvCache.WidePanel;
        _cache = new KvCache(_config, 8 * random.Next(1, 6), 40 * Budget, precision, [new KvScales(Scale, Scale)], panel);
        _qkv = new MatrixBuffer(Budget, (_config.HeadCount + 2) * _config.HeadSize);
        _output = new MatrixBuffer(Budget, QueryWidth);
        for (var row = 0; row < Budget; row++)
        {
            Numbers(random, QueryWidth).CopyTo(new Span<float>(_qkv.Rows[row], QueryWidth));
        }
    }

    private int QueryWidth => _config.HeadCount * _config.HeadSize;

    private QkvRows Qkv => new(_qkv.Rows, _config.HeadSize, QueryWidth, QueryWidth + _config.HeadSize);

    /// <summary>Prompt chunks and decode tokens of sequences with and without a prefix; all positions stand in the cache.</summary>
    public Step MakeStep(Random random)
    {
        var prefixes = Enumerable.Range(0, 2).Select(_ => MakePrefix(random)).ToArray();
        var step = new Step();
        var left = Budget;
        while (left > 0)
        {
            var prefix = random.Next(3) is var n && n < 2 ? prefixes[n] : null;
            var count = Math.Min(left, random.Next(2) == 0 ? random.Next(1, 50) : 1);
            var start = random.Next(0, 200 - count) / (1 + random.Next(3)) + (prefix?.Length ?? 0) / 2;
            step.Slices.Add(new StepSlice(MakeSequence(random, prefix, start + count), start, count));
            left -= count;
        }

        return step;
    }

    /// <summary>All rows of a step at once. // [rows] of [heads * headSize]</summary>
    public float[][] Attend(Step step)
    {
        var rows = new StepRows(Budget, Budget);
        rows.Fill(step);
        using var attention = new CausalAttention(_config, _cache, rows, Budget, 1);
        attention.Fill(step);
        attention.Of(Qkv, _output.Rows, 0);
        for (var i = 0; i < attention.Count; i++)
        {
            attention.Run(i, 0);
        }

        return [.. Enumerable.Range(0, rows.Count).Select(row => new Span<float>(_output.Rows[row], QueryWidth).ToArray())];
    }

    /// <summary>One row in a step of its own, without its prefix.</summary>
    public float[] AttendAlone(Sequence sequence, int position, int row)
    {
        var alone = new Sequence(sequence.Request, 1);
        alone.BlockTable.AddRange(sequence.BlockTable);
        var step = new Step();
        step.Slices.Add(new StepSlice(alone, position, 1));
        var saved = new Span<float>(_qkv.Rows[0], (int)_qkv.Rows.Stride).ToArray();
        new Span<float>(_qkv.Rows[row], saved.Length).CopyTo(new Span<float>(_qkv.Rows[0], saved.Length));
        var result = Attend(step)[0];
        saved.CopyTo(new Span<float>(_qkv.Rows[0], saved.Length));
        return result;
    }

    /// <summary>The same in plain loops and float64.</summary>
    public float[] Plain(Sequence sequence, int position, int row)
    {
        var result = new float[QueryWidth];
        for (var head = 0; head < _config.HeadCount; head++)
        {
            var query = new Span<float>(Qkv.Query(row, head), _config.HeadSize).ToArray();
            var pairs = Enumerable.Range(0, position + 1).Select(p => Stored(sequence, p, head)).ToArray();
            var weights = pairs.Select(pair => Math.Exp(pair.Key.Zip(query, (k, q) => (double)Rounded(k) * q).Sum())).ToArray();
            for (var i = 0; i < _config.HeadSize; i++)
            {
                var sum = pairs.Zip(weights, (pair, weight) => Rounded(pair.Value[i]) * weight).Sum();
                result[head * _config.HeadSize + i] = (float)(sum / weights.Sum());
            }
        }

        return result;
    }

    /// <summary>Makes a slice's own keys, values and queries NaN.</summary>
    public void Poison(StepSlice slice, int firstRow)
    {
        var bad = new float[_config.HeadSize];
        Array.Fill(bad, float.NaN);
        for (var i = 0; i < slice.Count; i++)
        {
            new Span<float>(_qkv.Rows[firstRow + i], QueryWidth).Fill(float.NaN);
            for (var head = 0; head < _config.KvHeadCount && slice.Start + i >= slice.Sequence.SharedPrefix!.Length; head++)
            {
                Store(slice.Sequence, slice.Start + i, head, bad, bad);
            }
        }
    }

    private (float[] Key, float[] Value) Stored(Sequence sequence, int position, int head)
    {
        var kvHead = head / (_config.HeadCount / _config.KvHeadCount);
        return _stored[(sequence.BlockTable[position / _cache.BlockTokens], position % _cache.BlockTokens, kvHead)];
    }

    private float Rounded(float x) => _precision switch
    {
        KvPrecision.Fp8 => E4M3.Round(x / Scale) * Scale,
        KvPrecision.Bf16 => ReferenceRounding.BFloat16(x),
        _ => x,
    };

    private SharedPrefix MakePrefix(Random random)
    {
        var prefix = new SharedPrefix(_cache.BlockTokens * random.Next(1, 100 / _cache.BlockTokens + 1));
        var first = MakeSequence(random, null, prefix.Length);
        prefix.BlockTable.AddRange(first.BlockTable);
        return prefix;
    }

    private Sequence MakeSequence(Random random, SharedPrefix? prefix, int length)
    {
        var sequence = new Sequence(new InferenceRequest(0, 0, new int[length], new SamplingParameters()), 1) { SharedPrefix = prefix };
        sequence.BlockTable.AddRange(prefix?.BlockTable ?? []);
        while (sequence.BlockTable.Count * _cache.BlockTokens < length)
        {
            sequence.BlockTable.Add(_nextBlock++);
        }

        for (var position = prefix?.Length ?? 0; position < length; position++)
        {
            for (var head = 0; head < _config.KvHeadCount; head++)
            {
                Store(sequence, position, head, Numbers(random, _config.HeadSize), Numbers(random, _config.HeadSize));
            }
        }

        return sequence;
    }

    private void Store(Sequence sequence, int position, int head, float[] key, float[] value)
    {
        var (block, slot) = (sequence.BlockTable[position / _cache.BlockTokens], position % _cache.BlockTokens);
        fixed (float* k = key, v = value)
        {
            _cache.Store(new KvPlace(0, head), block, slot, k, v);
        }

        _stored[(block, slot, head)] = (key, value);
    }

    private static float[] Numbers(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1))];

    /// <inheritdoc/>
    public void Dispose()
    {
        _cache.Dispose();
        _qkv.Dispose();
        _output.Dispose();
    }
}
