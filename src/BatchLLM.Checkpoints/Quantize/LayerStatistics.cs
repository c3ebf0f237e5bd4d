namespace BatchLLM.Checkpoints.Quantize;

/// <summary>What calibration saw in one layer of the unquantized model.</summary>
/// <param name="Attention">Input of q_proj, k_proj and v_proj.</param>
/// <param name="Output">Input of o_proj.</param>
/// <param name="FeedForward">Input of gate_proj and up_proj.</param>
/// <param name="Down">Input of down_proj.</param>
/// <param name="KeyMagnitude">Largest magnitude of keys, after rotation.</param>
/// <param name="ValueMagnitude">Largest magnitude of values.</param>
public sealed record LayerStatistics(
    InputStatistics Attention,
    InputStatistics Output,
    InputStatistics FeedForward,
    InputStatistics Down,
    float KeyMagnitude,
    float ValueMagnitude)
{
    /// <summary>Statistics of a module's input, for example of <c>self_attn.q_proj</c>.</summary>
    public InputStatistics InputOf(string module) => module switch
    {
        "self_attn.o_proj" => Output,
        "mlp.gate_proj" or "mlp.up_proj" => FeedForward,
        "mlp.down_proj" => Down,
        _ => Attention,
    };
}
