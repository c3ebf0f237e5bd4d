namespace BatchLLM.Checkpoints.Onnx;

/// <summary>16-bit floats as they stand in the file.</summary>
/// <param name="tensor">The stored tensor.</param>
internal sealed class BitElements(Tensor tensor) : IElements<ushort>
{
    /// <inheritdoc/>
    public void Read(long start, Span<ushort> destination) => tensor.ReadBits16(start, destination);
}
