namespace BatchLLM.Inference;

/// <summary>How one row's tokens are chosen. Values are already checked against their ranges.</summary>
public sealed record SamplingParameters
{
    /// <summary>Most tokens to generate, including a closing stop token. At least 1.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>0 is greedy. Otherwise logits are divided by it; at most 2. See <see cref="IsGreedy"/> for the smallest.</summary>
    public double Temperature { get; init; }

    /// <summary>Smallest set of tokens whose probabilities reach this sum stays; 1 keeps all. In (0, 1].</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only this many most likely tokens stay; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Seed of the counter-based generator; the draw is keyed by (seed, row key, position).</summary>
    public ulong Seed { get; init; }

    /// <summary>Texts that end the completion; they are not part of it. At most 16, none empty.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>
    /// Divides positive and multiplies negative logits of tokens in prompt or completion (Keskar et al. 2019,
    /// arXiv 1909.05858); 1 is off.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted once from the logit of each token already generated (OpenAI API); 0 is off.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Subtracted per occurrence from the logit of each token already generated (OpenAI API); 0 is off.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>
    /// True if the most likely token is always taken: at a temperature of 0, and at those whose inverse is no finite float32
    /// (below 2.94e-39), with which logits could not be multiplied.
    /// </summary>
    public bool IsGreedy => float.IsInfinity((float)(1 / Temperature));

    /// <summary>True if logits change with the tokens seen so far.</summary>
    public bool HasPenalties => RepetitionPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0;
}
