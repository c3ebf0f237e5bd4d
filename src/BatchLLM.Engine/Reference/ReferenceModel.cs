using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Engine.Attention;
using BatchLLM.Engine.Linear;

namespace BatchLLM.Engine.Reference;

/// <summary>
/// The forward pass in plain loops: no vectors, no cache, no threads, no packing. It stays for ever as what the fast paths
/// are held against, and is the place to read how Llama computes. Slow by intent.
/// </summary>
public sealed class ReferenceModel
{
    private readonly IModelWeights _model;
    private readonly LlamaConfig _config;
    private readonly Numerics _numerics;
    private readonly KvPrecision _kv;
    private readonly Dictionary<string, float[]> _weights = new(StringComparer.Ordinal);
    private StoredRope _angles = new(0, [], []);

    /// <summary>Creates the model; weights are read as they are needed.</summary>
    /// <param name="model">Must outlive this object.</param>
    /// <param name="numerics">How linear layers are computed; null for what the checkpoint's card names.</param>
    /// <param name="kv">What the KV cache holds; null for what the checkpoint declares.</param>
    public ReferenceModel(IModelWeights model, Numerics? numerics = null, KvPrecision? kv = null)
    {
        _model = model;
        _config = model.Config;
        _numerics = numerics ?? model.Quantization.Default;
        _kv = kv ?? model.Quantization.Kv;
    }

    /// <summary>Logits at every position of a sequence.</summary>
    /// <param name="tokens">The sequence from position 0.</param>
    /// <returns>// [tokens, vocabulary]</returns>
    public float[][] Logits(ReadOnlySpan<int> tokens)
    {
        _angles = _model.StoredRope ?? RopeTable.Angles(_config, tokens.Length);
        var hidden = new float[tokens.Length][];
        for (var i = 0; i < tokens.Length; i++)
        {
            hidden[i] = Weight(LlamaTensors.Embedding).AsSpan(tokens[i] * _config.HiddenSize, _config.HiddenSize).ToArray();
        }

        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            Add(hidden, Attention(Norm(hidden, LlamaTensors.Layer(layer, "input_layernorm")), layer));
            Add(hidden, FeedForward(Norm(hidden, LlamaTensors.Layer(layer, "post_attention_layernorm")), layer));
        }

        return Linear(Norm(hidden, LlamaTensors.FinalNorm), LlamaTensors.HeadModule)[0];
    }

    private float[][] Attention(float[][] x, int layer)
    {
        var projected = Linear(
            x,
            LlamaTensors.Module(layer, "self_attn.q_proj"),
            LlamaTensors.Module(layer, "self_attn.k_proj"),
            LlamaTensors.Module(layer, "self_attn.v_proj"));
        var (queries, keys, values) = (projected[0], projected[1], projected[2]);
        var mixed = new float[x.Length][];
        for (var position = 0; position < x.Length; position++)
        {
            Turn(queries[position], position);
            Turn(keys[position], position);
            Store(keys[position], _model.KvScales(layer).Key);
            Store(values[position], _model.KvScales(layer).Value);
        }

        for (var position = 0; position < x.Length; position++)
        {
            mixed[position] = new float[_config.HeadCount * _config.HeadSize];
            for (var head = 0; head < _config.HeadCount; head++)
            {
                Attend(queries[position], keys, values, mixed[position], position, head);
            }
        }

        return Linear(mixed, LlamaTensors.Module(layer, "self_attn.o_proj"))[0];
    }

    private void Store(float[] heads, float scale)
    {
        for (var i = 0; i < heads.Length; i++)
        {
            heads[i] = _kv switch
            {
                KvPrecision.Fp8 => E4M3.Round(heads[i] / scale) * scale,
                KvPrecision.Bf16 => ReferenceRounding.BFloat16(heads[i]),
                _ => heads[i],
            };
        }
    }

    private void Attend(float[] query, float[][] keys, float[][] values, float[] mixed, int position, int head)
    {
        var size = _config.HeadSize;
        var kvHead = head / (_config.HeadCount / _config.KvHeadCount);
        var weights = new float[position + 1];
        for (var p = 0; p <= position; p++)
        {
            var dot = 0f;
            for (var i = 0; i < size; i++)
            {
                dot += query[head * size + i] * keys[p][kvHead * size + i];
            }

            weights[p] = dot / MathF.Sqrt(size);
        }

        Softmax(weights);
        for (var p = 0; p <= position; p++)
        {
            for (var i = 0; i < size; i++)
            {
                mixed[head * size + i] += weights[p] * values[p][kvHead * size + i];
            }
        }
    }

    private static void Softmax(float[] scores)
    {
        var max = scores.Max();
        var sum = 0f;
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = MathF.Exp(scores[i] - max);
            sum += scores[i];
        }

        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] /= sum;
        }
    }

    // Half-split rotation of every head in the row: element i turns with element i + headSize / 2.
    private void Turn(float[] heads, int position)
    {
        var half = _config.HeadSize / 2;
        for (var start = 0; start < heads.Length; start += 2 * half)
        {
            for (var i = 0; i < half; i++)
            {
                var (cosine, sine) = (_angles.Cosines[position * half + i], _angles.Sines[position * half + i]);
                var (first, second) = (heads[start + i], heads[start + i + half]);
                heads[start + i] = first * cosine - second * sine;
                heads[start + i + half] = second * cosine + first * sine;
            }
        }
    }

    private float[][] FeedForward(float[][] x, int layer)
    {
        var projected = Linear(x, LlamaTensors.Module(layer, "mlp.gate_proj"), LlamaTensors.Module(layer, "mlp.up_proj"));
        var (gate, up) = (projected[0], projected[1]);
        for (var row = 0; row < x.Length; row++)
        {
            for (var i = 0; i < gate[row].Length; i++)
            {
                var g = gate[row][i];
                gate[row][i] = g / (1 + MathF.Exp(-g)) * up[row][i];
            }
        }

        return Linear(gate, LlamaTensors.Module(layer, "mlp.down_proj"))[0];
    }

    private float[][] Norm(float[][] x, string name)
    {
        var weight = Weight(name);
        return Array.ConvertAll(x, row =>
        {
            var scale = 1 / MathF.Sqrt(row.Sum(v => v * v) / row.Length + (float)_config.NormEpsilon);
            return row.Select((v, i) => v * scale * weight[i]).ToArray();
        });
    }

    // Layers that read the same input: it is rounded once for all of them.
    private float[][][] Linear(float[][] x, params string[] modules)
    {
        var layers = Array.ConvertAll(modules, _model.Linear);
        var rounding = InputRounding.Of(_numerics, layers);
        if (rounding.Kind == InputRoundingKind.Int8PerRow)
        {
            return Array.ConvertAll(layers, layer => Array.ConvertAll(x, row => ReferenceIntegerProduct.Of(row, layer)));
        }

        var rounded = Array.ConvertAll(x, row => ReferenceRounding.Round(row, rounding));
        return Array.ConvertAll(layers, layer => Array.ConvertAll(rounded, row => Product(row, layer)));
    }

    private float[] Product(float[] x, LinearWeight layer)
    {
        var weight = Weight(layer);
        var y = new float[layer.OutputCount];
        for (var n = 0; n < y.Length; n++)
        {
            for (var k = 0; k < x.Length; k++)
            {
                y[n] += x[k] * (layer.InputFactors?[k] ?? 1) * weight[n * x.Length + k];
            }
        }

        return y;
    }

    private static void Add(float[][] x, float[][] y)
    {
        for (var row = 0; row < x.Length; row++)
        {
            for (var i = 0; i < x[row].Length; i++)
            {
                x[row][i] += y[row][i];
            }
        }
    }

    private float[] Weight(string name)
    {
        if (!_weights.TryGetValue(name, out var weight))
        {
            var tensor = _model.Tensor(name);
            weight = new float[tensor.ElementCount];
            tensor.ReadFloats(0, weight);
            _weights.Add(name, weight);
        }

        return weight;
    }

    private float[] Weight(LinearWeight layer)
    {
        if (!_weights.TryGetValue(layer.Name, out var weight))
        {
            weight = new float[(long)layer.OutputCount * layer.InputCount];
            layer.ReadFloats(0, weight);
            _weights.Add(layer.Name, weight);
        }

        return weight;
    }
}
