using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>A linear layer of 4-bit codes.</summary>
/// <param name="name">The weight's name, for messages.</param>
/// <param name="codes">// [outputs, inputs]</param>
/// <param name="scales">// [outputs, blocks]</param>
/// <param name="zeroPoints">Null if all are the same. // [outputs, blocks]</param>
/// <param name="commonZeroPoint">What they are then.</param>
internal sealed class OnnxInt4Linear(
    string name, StoredMatrix<byte> codes, StoredMatrix<float> scales, StoredMatrix<byte>? zeroPoints, byte commonZeroPoint)
    : ILinearReader
{
    /// <inheritdoc/>
    public void ReadCodes(int firstRow, int rowCount, Span<byte> destination) => codes.Read(firstRow, destination);

    /// <inheritdoc/>
    public void ReadScales(int firstRow, int rowCount, Span<float> destination) => scales.Read(firstRow, destination);

    /// <inheritdoc/>
    public void ReadZeroPoints(int firstRow, int rowCount, Span<byte> destination)
    {
        if (zeroPoints is null)
        {
            destination.Fill(commonZeroPoint);
        }
        else
        {
            zeroPoints.Read(firstRow, destination);
        }
    }

    /// <inheritdoc/>
    public void ReadFloats(int firstRow, int rowCount, Span<float> weights) => throw Quantized();

    /// <inheritdoc/>
    public void ReadBits16(int firstRow, int rowCount, Span<ushort> bits) => throw Quantized();

    private InvalidOperationException Quantized() => new($"Tensor '{name}' is INT4, not a float type.");
}
