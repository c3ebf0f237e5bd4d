using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints;

/// <summary>How one linear layer is stored, without its data.</summary>
/// <param name="Name">The module's name.</param>
/// <param name="Format">How the weights are stored.</param>
/// <param name="StoredType">Element type on disk.</param>
/// <param name="OutputCount">Rows.</param>
/// <param name="InputCount">Columns.</param>
/// <param name="BlockSize">Inputs that share a scale.</param>
/// <param name="HasInputFactors">True if the input is multiplied before the product (AWQ).</param>
public sealed record LinearSummary(
    string Name, WeightFormat Format, TensorType StoredType, int OutputCount, int InputCount, int BlockSize, bool HasInputFactors)
{
    /// <summary>The summary of a layer.</summary>
    public static LinearSummary Of(LinearWeight weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return new LinearSummary(
            weight.Name, weight.Format, weight.StoredType, weight.OutputCount, weight.InputCount, weight.BlockSize,
            weight.InputFactors is not null);
    }
}
