using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints;

/// <summary>What a runner needs of a model: a directory of files has it, and so has a model made up in memory.</summary>
public interface IModelWeights
{
    /// <summary>The model's numbers.</summary>
    LlamaConfig Config { get; }

    /// <summary>What the checkpoint declares about its quantization.</summary>
    QuantizationScheme Quantization { get; }

    /// <summary>Rotary angles that the checkpoint brings along; null to compute them from <see cref="Config"/>.</summary>
    StoredRope? StoredRope { get; }

    /// <summary>A tensor that the configuration asks for: the embedding or a norm.</summary>
    /// <exception cref="ArgumentException">The model has no tensor of that name.</exception>
    Tensor Tensor(string name);

    /// <summary>A linear layer that the configuration asks for.</summary>
    /// <param name="module">For example <c>model.layers.0.self_attn.q_proj</c>, or <c>lm_head</c>, tied or not.</param>
    /// <exception cref="ArgumentException">The model has no such layer.</exception>
    LinearWeight Linear(string module);

    /// <summary>Scales of a layer's FP8 KV cache.</summary>
    KvScales KvScales(int layer);
}
