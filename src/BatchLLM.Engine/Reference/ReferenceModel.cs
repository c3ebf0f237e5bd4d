using BatchLLM.Checkpoints;
using BatchLLM.Engine.Attention;

namespace BatchLLM.Engine.Reference;

/// <summary>
/// The forward pass in plain loops: no vectors, no cache, no threads, no packing. It stays for ever as what the fast paths
/// are held against, and is the place to read how Llama computes. Slow by intent.
/// </summary>
public sealed class ReferenceModel
{
    private readonly ModelDirectory _model;
    private readonly LlamaConfig _config;
    private readonly float[] _frequencies; // [headSize / 2]
    private readonly Dictionary<string, float[]> _weights = new(StringComparer.Ordinal);

    /// <summary>Creates the model; weights are read as they are needed.</summary>
    /// <param name="model">Must outlive this object.</param>
    public ReferenceModel(ModelDirectory model)
    {
        _model = model;
        _config = model.Config;
        _frequencies = RopeTable.Frequencies(_config);
    }

    /// <summary>Logits at every position of a sequence.</summary>
    /// <param name="tokens">The sequence from position 0.</param>
    /// <returns>// [tokens, vocabulary]</returns>
    public float[][] Logits(ReadOnlySpan<int> tokens)
    {
        var hidden = new float[tokens.Length][];
        for (var i = 0; i < tokens.Length; i++)
        {
            hidden[i] = Weight(LlamaTensors.Embedding).AsSpan(tokens[i] * _config.HiddenSize, _config.HiddenSize).ToArray();
        }

        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            var index = layer;
            string Name(string module) => LlamaTensors.Layer(index, module);
            Add(hidden, Attention(Norm(hidden, Name("input_layernorm")), Name));
            Add(hidden, FeedForward(Norm(hidden, Name("post_attention_layernorm")), Name));
        }

        return Linear(
            Norm(hidden, LlamaTensors.FinalNorm), _config.TiesEmbeddings ? LlamaTensors.Embedding : LlamaTensors.Head);
    }

    private float[][] Attention(float[][] x, Func<string, string> name)
    {
        var queries = Linear(x, name("self_attn.q_proj"));
        var keys = Linear(x, name("self_attn.k_proj"));
        var values = Linear(x, name("self_attn.v_proj"));
        var mixed = new float[x.Length][];
        for (var position = 0; position < x.Length; position++)
        {
            Turn(queries[position], position);
            Turn(keys[position], position);
        }

        for (var position = 0; position < x.Length; position++)
        {
            mixed[position] = new float[_config.HeadCount * _config.HeadSize];
            for (var head = 0; head < _config.HeadCount; head++)
            {
                Attend(queries[position], keys, values, mixed[position], position, head);
            }
        }

        return Linear(mixed, name("self_attn.o_proj"));
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
        var half = _frequencies.Length;
        for (var start = 0; start < heads.Length; start += 2 * half)
        {
            for (var i = 0; i < half; i++)
            {
                var angle = position * _frequencies[i];
                var (first, second) = (heads[start + i], heads[start + i + half]);
                heads[start + i] = first * MathF.Cos(angle) - second * MathF.Sin(angle);
                heads[start + i + half] = second * MathF.Cos(angle) + first * MathF.Sin(angle);
            }
        }
    }

    private float[][] FeedForward(float[][] x, Func<string, string> name)
    {
        var gate = Linear(x, name("mlp.gate_proj"));
        var up = Linear(x, name("mlp.up_proj"));
        for (var row = 0; row < x.Length; row++)
        {
            for (var i = 0; i < gate[row].Length; i++)
            {
                var g = gate[row][i];
                gate[row][i] = g / (1 + MathF.Exp(-g)) * up[row][i];
            }
        }

        return Linear(gate, name("mlp.down_proj"));
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

    private float[][] Linear(float[][] x, string name)
    {
        var weight = Weight(name);
        return Array.ConvertAll(x, row =>
        {
            var y = new float[weight.Length / row.Length];
            for (var n = 0; n < y.Length; n++)
            {
                for (var k = 0; k < row.Length; k++)
                {
                    y[n] += row[k] * weight[n * row.Length + k];
                }
            }

            return y;
        });
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
}
