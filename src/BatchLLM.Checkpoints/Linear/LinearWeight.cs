using BatchLLM.Checkpoints.Formats;

namespace BatchLLM.Checkpoints.Linear;

/// <summary>
/// The weights of one linear layer y = x Wᵀ as the checkpoint stores them, W being [outputs, inputs]. Reading copies, and is
/// safe from several threads; rows are outputs.
/// </summary>
public sealed class LinearWeight
{
    private readonly ILinearReader _reader;

    internal LinearWeight(ILinearReader reader) => _reader = reader;

    /// <summary>The module's name, for example <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How the weights are stored.</summary>
    public required WeightFormat Format { get; init; }

    /// <summary>Element type of unquantized weights on disk; of quantized ones, the container's.</summary>
    public required TensorType StoredType { get; init; }

    /// <summary>Rows of W.</summary>
    public required int OutputCount { get; init; }

    /// <summary>Columns of W.</summary>
    public required int InputCount { get; init; }

    /// <summary>Consecutive inputs that share one scale: all, 16 (NVFP4) or the ONNX block size.</summary>
    public required int BlockSize { get; init; }

    /// <summary>Factor on every scale: NVFP4's weight_scale_2; 1 elsewhere.</summary>
    public float GlobalScale { get; init; } = 1;

    /// <summary>
    /// Static scale of the activations: largest calibrated magnitude / 448 (FP8) or / 2688 (NVFP4); null if the checkpoint has none.
    /// </summary>
    public float? InputScale { get; init; }

    /// <summary>Factors on x before the product, one per input (AWQ); null for none. // [inputs]</summary>
    public float[]? InputFactors { get; init; }

    /// <summary>How codes, or unquantized weights as they are stored, are drawn where the model is made up; null of a checkpoint's.</summary>
    public RandomDraws? Draws => _reader.Draws;

    /// <summary>Scales per row.</summary>
    public int BlockCount => (InputCount + BlockSize - 1) / BlockSize;

    /// <summary>Reads codes, one byte per weight: E4M3 byte, signed byte, or 4-bit code 0 to 15.</summary>
    /// <param name="firstRow">First output.</param>
    /// <param name="codes">Receives whole rows. // [rows, inputs]</param>
    public void ReadCodes(int firstRow, Span<byte> codes) =>
        _reader.ReadCodes(firstRow, Rows(firstRow, codes.Length, InputCount), codes);

    /// <summary>Reads scales, without <see cref="GlobalScale"/>.</summary>
    /// <param name="firstRow">First output.</param>
    /// <param name="scales">Receives whole rows. // [rows, blocks]</param>
    public void ReadScales(int firstRow, Span<float> scales) =>
        _reader.ReadScales(firstRow, Rows(firstRow, scales.Length, BlockCount), scales);

    /// <summary>Reads the zero points of INT4 weights: a weight is (code - zero point) scale.</summary>
    /// <param name="firstRow">First output.</param>
    /// <param name="zeroPoints">Receives whole rows, 0 to 15. // [rows, blocks]</param>
    public void ReadZeroPoints(int firstRow, Span<byte> zeroPoints) =>
        _reader.ReadZeroPoints(firstRow, Rows(firstRow, zeroPoints.Length, BlockCount), zeroPoints);

    /// <summary>Reads unquantized BF16 weights as they stand on disk.</summary>
    /// <param name="firstRow">First output.</param>
    /// <param name="bits">Receives whole rows. // [rows, inputs]</param>
    public void ReadBits16(int firstRow, Span<ushort> bits) =>
        _reader.ReadBits16(firstRow, Rows(firstRow, bits.Length, InputCount), bits);

    /// <summary>Reads weights as float32, dequantized where they are quantized; <see cref="InputFactors"/> are not applied.</summary>
    /// <param name="firstRow">First output.</param>
    /// <param name="weights">Receives whole rows. // [rows, inputs]</param>
    public void ReadFloats(int firstRow, Span<float> weights)
    {
        var rows = Rows(firstRow, weights.Length, InputCount);
        if (Format == WeightFormat.Float)
        {
            _reader.ReadFloats(firstRow, rows, weights);
            return;
        }

        var codes = new byte[weights.Length];
        var scales = new float[rows * BlockCount];
        var zeroPoints = new byte[Format == WeightFormat.Int4 ? scales.Length : 0];
        ReadCodes(firstRow, codes);
        ReadScales(firstRow, scales);
        if (zeroPoints.Length > 0)
        {
            ReadZeroPoints(firstRow, zeroPoints);
        }

        for (var i = 0; i < weights.Length; i++)
        {
            var block = i / InputCount * BlockCount + i % InputCount / BlockSize;
            weights[i] = Decode(codes[i], zeroPoints.Length > 0 ? zeroPoints[block] : 0) * scales[block] * GlobalScale;
        }
    }

    private float Decode(byte code, int zeroPoint) => Format switch
    {
        WeightFormat.Fp8 => E4M3.Decode(code),
        WeightFormat.Int8 => (sbyte)code,
        WeightFormat.Nvfp4 => E2M1.Decode(code),
        _ => code - zeroPoint,
    };

    private int Rows(int firstRow, int length, int perRow)
    {
        var (rows, rest) = Math.DivRem(length, perRow);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rest, 0);
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow, OutputCount - rows);
        return rows;
    }
}
