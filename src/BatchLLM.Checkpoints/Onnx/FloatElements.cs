namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Floats of any stored width, widened to float32.</summary>
/// <param name="tensor">The stored tensor.</param>
internal sealed class FloatElements(Tensor tensor) : IElements<float>
{
    /// <inheritdoc/>
    public void Read(long start, Span<float> destination) => tensor.ReadFloats(start, destination);
}
