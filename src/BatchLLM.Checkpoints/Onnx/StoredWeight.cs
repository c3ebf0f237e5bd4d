using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>A linear layer's weights as a node stores them.</summary>
/// <param name="Reader">Reads them.</param>
/// <param name="Format">INT4 or floats.</param>
/// <param name="StoredType">Type of the bytes.</param>
/// <param name="BlockSize">Inputs that share a scale.</param>
internal sealed record StoredWeight(ILinearReader Reader, WeightFormat Format, TensorType StoredType, int BlockSize)
{
    // What onnxruntime takes is 16 to 256; above this, sizes of damaged files would only overflow.
    private const int MaxBlockSize = 65_536;

    /// <summary>Checks a block size that a node gives.</summary>
    /// <exception cref="OnnxRefusal">It is no block size.</exception>
    public static int CheckBlockSize(OnnxGraph graph, OnnxNode node)
    {
        var size = node.Integer("block_size", 0);
        return size is > 0 and <= MaxBlockSize
            ? (int)size
            : throw graph.Refuse($"the {node.Label} has block_size {size}; expected 1 to {MaxBlockSize}");
    }
}
