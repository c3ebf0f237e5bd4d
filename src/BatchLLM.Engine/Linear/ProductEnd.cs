namespace BatchLLM.Engine.Linear;

/// <summary>What happens to a product's results.</summary>
internal enum ProductEnd
{
    /// <summary>c = a Wᵀ.</summary>
    Set,

    /// <summary>c += a Wᵀ.</summary>
    Add,

    /// <summary>W's parts are gate and up: c = silu(a gateᵀ) (a upᵀ) (Shazeer 2020, arXiv 2002.05202).</summary>
    Gate,
}
