using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Synthetic;

/// <summary>A quantized linear layer of random codes and scales.</summary>
/// <param name="name">The module's name, for messages.</param>
/// <param name="codes">// [outputs, inputs]</param>
/// <param name="scales">// [outputs, blocks]</param>
/// <param name="inputs">Columns of W.</param>
/// <param name="blocks">Scales per row.</param>
internal sealed class SyntheticLinear(
    string name, RandomElements<byte> codes, RandomElements<float> scales, int inputs, int blocks) : ILinearReader
{
    /// <inheritdoc/>
    public RandomDraws? Draws => codes.Draws;

    /// <inheritdoc/>
    public void ReadCodes(int firstRow, int rowCount, Span<byte> destination) =>
        codes.Fill((long)firstRow * inputs, destination);

    /// <inheritdoc/>
    public void ReadScales(int firstRow, int rowCount, Span<float> destination) =>
        scales.Fill((long)firstRow * blocks, destination);

    /// <inheritdoc/>
    public void ReadZeroPoints(int firstRow, int rowCount, Span<byte> zeroPoints) =>
        zeroPoints.Fill(SyntheticCodes.Int4ZeroPoint);

    /// <inheritdoc/>
    public void ReadFloats(int firstRow, int rowCount, Span<float> weights) => throw Quantized();

    /// <inheritdoc/>
    public void ReadBits16(int firstRow, int rowCount, Span<ushort> bits) => throw Quantized();

    private InvalidOperationException Quantized() => new($"Layer '{name}' is quantized, not a float type.");
}
