namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Zero points that are stored as floats, one per block; their values were checked to be whole and 0 to 15.</summary>
/// <param name="tensor">The stored tensor.</param>
internal sealed class WholeElements(Tensor tensor) : IElements<byte>
{
    /// <inheritdoc/>
    public void Read(long start, Span<byte> destination)
    {
        var values = new float[destination.Length];
        tensor.ReadFloats(start, values);
        for (var i = 0; i < values.Length; i++)
        {
            destination[i] = (byte)values[i];
        }
    }
}
