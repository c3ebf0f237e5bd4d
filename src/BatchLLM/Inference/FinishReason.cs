namespace BatchLLM.Inference;

/// <summary>Why a completion ended, by the field's names.</summary>
public enum FinishReason
{
    /// <summary>A stop token or a stop string: <c>stop</c>.</summary>
    Stop,

    /// <summary>max_tokens or the model's context was reached: <c>length</c>. Counted as truncated.</summary>
    Length,
}
