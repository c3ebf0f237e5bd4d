using BatchLLM.Checkpoints.Formats;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>What ModelOpt's layouts have in common: a scale of each layer's input, and scales of an FP8 KV cache.</summary>
internal static class ModelOptTensors
{
    // TensorRT-Model-Optimizer, postprocess_state_dict: an FP8 cache's scale is never below 1, so that small keys and
    // values are stored as a plain cast would.
    private const float SmallestKvScale = 1;

    /// <summary>The scale of a layer's input, given the largest value that codes can hold; 1 for inputs that were all zero.</summary>
    public static NewTensor InputScale(int layer, string module, LayerStatistics statistics, float largest)
    {
        var magnitude = statistics.InputOf(module).Magnitude;
        return NewTensor.Scalar($"{LlamaTensors.Module(layer, module)}.input_scale", magnitude > 0 ? magnitude / largest : 1);
    }

    /// <summary>The scales of a layer's keys and values.</summary>
    public static IEnumerable<NewTensor> KvScales(int layer, LayerStatistics statistics)
    {
        yield return KvScale(layer, "self_attn.k_proj.k_scale", statistics.KeyMagnitude);
        yield return KvScale(layer, "self_attn.v_proj.v_scale", statistics.ValueMagnitude);
    }

    private static NewTensor KvScale(int layer, string name, float magnitude) =>
        NewTensor.Scalar(LlamaTensors.Module(layer, name), MathF.Max(SmallestKvScale, magnitude / E4M3.MaxValue));
}
