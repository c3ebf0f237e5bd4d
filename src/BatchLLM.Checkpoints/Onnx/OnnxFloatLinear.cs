using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>A linear layer of unquantized weights.</summary>
/// <param name="weight">The stored tensor.</param>
/// <param name="layout">Where the layer's weights stand in it.</param>
/// <param name="inputs">Columns of W.</param>
internal sealed class OnnxFloatLinear(Tensor weight, MatrixLayout layout, int inputs) : ILinearReader
{
    private readonly StoredMatrix<float> _floats = new(new FloatElements(weight), layout, inputs);
    private readonly StoredMatrix<ushort> _bits = new(new BitElements(weight), layout, inputs);

    /// <inheritdoc/>
    public void ReadCodes(int firstRow, int rowCount, Span<byte> codes) => throw NotQuantized();

    /// <inheritdoc/>
    public void ReadScales(int firstRow, int rowCount, Span<float> scales) => throw NotQuantized();

    /// <inheritdoc/>
    public void ReadZeroPoints(int firstRow, int rowCount, Span<byte> zeroPoints) => throw NotQuantized();

    /// <inheritdoc/>
    public void ReadFloats(int firstRow, int rowCount, Span<float> weights) => _floats.Read(firstRow, weights);

    /// <inheritdoc/>
    public void ReadBits16(int firstRow, int rowCount, Span<ushort> bits) => _bits.Read(firstRow, bits);

    private InvalidOperationException NotQuantized() => new($"Tensor '{weight.Name}' is not quantized.");
}
