namespace BatchLLM.Checkpoints.Quantize;

/// <summary>Weights to signed 4-bit codes, symmetric, with a half-precision scale per block; weight = code x scale.</summary>
/// <remarks>Source: TensorRT-Model-Optimizer 0.23, onnx/quantization/int4.py.</remarks>
internal static class Int4Weights
{
    private const int Largest = 7;
    private const int Smallest = -8;

    // ONNX Runtime takes powers of two from 16 on; 128 is what the published checkpoints have.
    private static readonly int[] BlockSizes = [128, 64, 32, 16];

    /// <summary>The block for rows of some length: 128, or the next smaller size of which the row is whole blocks.</summary>
    /// <exception cref="BatchLLMException">There is none.</exception>
    public static int BlockSize(string module, int inputs) => Array.Find(BlockSizes, size => inputs % size == 0) is var found and > 0
        ? found
        : throw new BatchLLMException(
            $"Layer '{module}' has {inputs} inputs; INT4 needs a multiple of {BlockSizes[^1]}. Choose fp8, fp8-dynamic or int8.");

    /// <summary>Encodes a row, to the nearest code, ties to even.</summary>
    /// <param name="weights">// [inputs]</param>
    /// <param name="codes">Receives -8 to 7. // [inputs]</param>
    /// <param name="scales">Receives a scale for each block. // [blocks]</param>
    public static void Encode(ReadOnlySpan<float> weights, Span<sbyte> codes, Span<Half> scales)
    {
        var size = weights.Length / scales.Length;
        for (var block = 0; block < scales.Length; block++)
        {
            scales[block] = Scale(WeightRows.Magnitude(weights.Slice(block * size, size)));
            var scale = (float)scales[block];
            for (var i = block * size; i < (block + 1) * size; i++)
            {
                codes[i] = (sbyte)Math.Clamp(MathF.Round(weights[i] / scale, MidpointRounding.ToEven), Smallest, Largest);
            }
        }
    }

    // Codes are made with the scale as it is stored; one that would round to 0 is the smallest that does not.
    private static Half Scale(float magnitude) =>
        magnitude == 0 ? Half.One : Half.Max(Half.Epsilon, (Half)(magnitude / Largest));
}
