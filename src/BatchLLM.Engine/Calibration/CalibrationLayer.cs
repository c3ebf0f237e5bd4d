using BatchLLM.Checkpoints;

namespace BatchLLM.Engine.Calibration;

/// <summary>
/// One layer of an unquantized model in float32, its weights in memory and no other layer's. It shows what passes it to a
/// collector.
/// </summary>
internal sealed class CalibrationLayer
{
    private readonly LlamaConfig _config;
    private readonly CalibrationAttention _attention;
    private readonly float[] _inputNorm; // [hidden]
    private readonly float[] _feedForwardNorm; // [hidden]
    private readonly Dictionary<string, float[]> _weights; // module to [outputs, inputs]

    /// <summary>Reads the layer's weights.</summary>
    public CalibrationLayer(ModelDirectory model, int layer)
    {
        _config = model.Config;
        _attention = new CalibrationAttention(_config);
        _inputNorm = Norm(model, layer, "input_layernorm");
        _feedForwardNorm = Norm(model, layer, "post_attention_layernorm");
        _weights = LlamaTensors.LinearModules.ToDictionary(module => module, module => Weights(model, layer, module));
    }

    /// <summary>Computes the layer in place.</summary>
    /// <param name="hidden">The residual stream. // [tokens, hidden]</param>
    /// <param name="lengths">Tokens of each sequence. // [sequences]</param>
    /// <param name="collector">Sees the inputs of the linear layers, keys and values.</param>
    public void Run(float[] hidden, int[] lengths, LayerCollector collector)
    {
        var tokens = lengths.Sum();
        var x = new float[hidden.Length]; // [tokens, hidden]
        Normalize(hidden, _inputNorm, x);
        collector.Attention.Add(x, tokens);
        Add(hidden, Attend(x, lengths, collector));
        Normalize(hidden, _feedForwardNorm, x);
        collector.FeedForward.Add(x, tokens);
        Add(hidden, FeedForward(x, tokens, collector));
    }

    private float[] Attend(float[] x, int[] lengths, LayerCollector collector)
    {
        var tokens = lengths.Sum();
        var queries = Multiply(x, "self_attn.q_proj", tokens);
        var keys = Multiply(x, "self_attn.k_proj", tokens);
        var values = Multiply(x, "self_attn.v_proj", tokens);
        _attention.Rotate(queries, lengths);
        _attention.Rotate(keys, lengths);
        collector.AddKeysAndValues(keys, values);
        var mixed = new float[queries.Length]; // [tokens, heads, headSize]
        _attention.Attend(queries, keys, values, mixed, lengths);
        collector.Output.Add(mixed, tokens);
        return Multiply(mixed, "self_attn.o_proj", tokens);
    }

    private float[] FeedForward(float[] x, int tokens, LayerCollector collector)
    {
        var gate = Multiply(x, "mlp.gate_proj", tokens); // [tokens, intermediate]
        var up = Multiply(x, "mlp.up_proj", tokens); // [tokens, intermediate]
        Parallel.For(0, tokens, token =>
        {
            for (var i = token * _config.IntermediateSize; i < (token + 1) * _config.IntermediateSize; i++)
            {
                gate[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];
            }
        });
        collector.Down.Add(gate, tokens);
        return Multiply(gate, "mlp.down_proj", tokens);
    }

    private float[] Multiply(float[] x, string module, int tokens)
    {
        var weights = _weights[module];
        var inputs = x.Length / tokens;
        var y = new float[tokens * (weights.Length / inputs)]; // [tokens, outputs]
        RowProducts.Multiply(x, weights, y, tokens, inputs);
        return y;
    }

    private void Normalize(float[] hidden, float[] weight, float[] x)
    {
        var width = _config.HiddenSize;
        Parallel.For(0, hidden.Length / width, token =>
        {
            var from = hidden.AsSpan(token * width, width);
            var to = x.AsSpan(token * width, width);
            var squares = 0f;
            foreach (var value in from)
            {
                squares += value * value;
            }

            var scale = 1 / MathF.Sqrt(squares / width + (float)_config.NormEpsilon);
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = from[i] * scale * weight[i];
            }
        });
    }

    private static void Add(float[] hidden, float[] branch)
    {
        for (var i = 0; i < hidden.Length; i++)
        {
            hidden[i] += branch[i];
        }
    }

    private static float[] Norm(ModelDirectory model, int layer, string name)
    {
        var weight = new float[model.Config.HiddenSize]; // [hidden]
        model.Tensor(LlamaTensors.Layer(layer, name)).ReadFloats(0, weight);
        return weight;
    }

    private static float[] Weights(ModelDirectory model, int layer, string module)
    {
        var linear = model.Linear(LlamaTensors.Module(layer, module));
        var weights = new float[linear.OutputCount * linear.InputCount]; // [outputs, inputs]
        Parallel.For(0, linear.OutputCount, row =>
            linear.ReadFloats(row, weights.AsSpan(row * linear.InputCount, linear.InputCount)));
        return weights;
    }
}
