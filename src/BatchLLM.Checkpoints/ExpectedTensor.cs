namespace BatchLLM.Checkpoints;

/// <summary>A tensor that a model must have.</summary>
/// <param name="Name">Name in the checkpoint.</param>
/// <param name="Shape">Exact sizes, outermost first.</param>
internal sealed record ExpectedTensor(string Name, params long[] Shape);
