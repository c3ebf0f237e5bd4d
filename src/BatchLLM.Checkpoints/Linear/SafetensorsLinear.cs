namespace BatchLLM.Checkpoints.Linear;

/// <summary>A linear layer of a safetensors checkpoint: codes and scales stand output-major already.</summary>
/// <param name="weight">// [outputs, inputs], or [outputs, inputs / 2] for packed 4-bit codes</param>
/// <param name="scale">One value, one per output, or one per block; null for unquantized weights.</param>
/// <param name="format">How the weights are stored.</param>
/// <param name="inputs">Columns of W.</param>
/// <param name="blocks">Scales per row, as the caller sees them.</param>
internal sealed class SafetensorsLinear(Tensor weight, Tensor? scale, WeightFormat format, int inputs, int blocks)
    : ILinearReader
{
    /// <inheritdoc/>
    public RandomDraws? Draws => weight.Draws;

    /// <inheritdoc/>
    public void ReadCodes(int firstRow, int rowCount, Span<byte> codes)
    {
        if (format != WeightFormat.Nvfp4)
        {
            weight.ReadBytes((long)firstRow * inputs, codes);
            return;
        }

        // Byte j of a row holds elements 2j, low nibble, and 2j + 1. The packed bytes are read into the second half, so
        // that unpacking front to back never overwrites what is still to be read.
        var packed = codes[(codes.Length / 2)..];
        weight.ReadBytes((long)firstRow * (inputs / 2), packed);
        for (var i = 0; i < packed.Length; i++)
        {
            var pair = packed[i];
            codes[2 * i] = (byte)(pair & 15);
            codes[2 * i + 1] = (byte)(pair >> 4);
        }
    }

    /// <inheritdoc/>
    public void ReadScales(int firstRow, int rowCount, Span<float> scales)
    {
        if (scale!.ElementCount == 1)
        {
            scale.ReadFloats(0, scales[..1]);
            scales.Fill(scales[0]);
            return;
        }

        scale.ReadFloats((long)firstRow * blocks, scales);
        RefuseBadScales(scales, firstRow);
    }

    /// <inheritdoc/>
    public void ReadZeroPoints(int firstRow, int rowCount, Span<byte> zeroPoints) =>
        throw new InvalidOperationException($"Tensor '{weight.Name}' is {format}; only INT4 weights have zero points.");

    /// <inheritdoc/>
    public void ReadFloats(int firstRow, int rowCount, Span<float> weights) =>
        weight.ReadFloats((long)firstRow * inputs, weights);

    /// <inheritdoc/>
    public void ReadBits16(int firstRow, int rowCount, Span<ushort> bits) =>
        weight.ReadBits16((long)firstRow * inputs, bits);

    // A block of an NVFP4 weight may have rounded to scale 0; no other scale may be.
    private void RefuseBadScales(ReadOnlySpan<float> scales, int firstRow)
    {
        for (var i = 0; i < scales.Length; i++)
        {
            if (!(scales[i] > 0 || (scales[i] == 0 && format == WeightFormat.Nvfp4)) || float.IsInfinity(scales[i])
                || float.IsNegative(scales[i]))
            {
                throw new BatchLLMException(
                    $"{scale!.FileName}: tensor '{scale.Name}' has the scale {scales[i]} in row {firstRow + i / blocks}; " +
                    "expected a positive finite number. The file is damaged: download it again.");
            }
        }
    }
}
