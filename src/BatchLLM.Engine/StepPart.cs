namespace BatchLLM.Engine;

/// <summary>The parts of a step whose time <see cref="StepTimes"/> keeps apart, in the order in which they run.</summary>
public enum StepPart
{
    /// <summary>Laying out the rows and reading their tokens' embeddings.</summary>
    Embed,

    /// <summary>All norms.</summary>
    Norm,

    /// <summary>The product of queries, keys and values, with the rounding of its input where the numerics ask.</summary>
    Qkv,

    /// <summary>Turning queries and keys to their positions, and writing keys and values to the KV cache.</summary>
    RopeAndStore,

    /// <summary>Attention itself.</summary>
    Attention,

    /// <summary>The product from heads back to the residual stream.</summary>
    Output,

    /// <summary>The products of gate and up, and silu(gate) up at their end.</summary>
    GateUp,

    /// <summary>The product from the inner width back to the residual stream.</summary>
    Down,

    /// <summary>The product with the output matrix.</summary>
    Head,

    /// <summary>Penalties and the choice of tokens.</summary>
    Choose,
}
