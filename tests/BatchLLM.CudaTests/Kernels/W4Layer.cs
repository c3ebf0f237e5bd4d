using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.CudaTests.Kernels;

/// <summary>Random layers of 4-bit weights, with every code, and every scale and zero point that there is.</summary>
internal static class W4Layer
{
    /// <summary>A layer whose blocks of scales are <paramref name="group"/> inputs long.</summary>
    public static LinearWeight Random(
        Random random, WeightFormat format, int outputs, int inputs, int group, float[]? factors = null, string name = "layer")
    {
        var blocks = (inputs + group - 1) / group;
        var codes = new byte[outputs * inputs];
        random.NextBytes(codes);
        var zeroPoints = new byte[outputs * blocks];
        random.NextBytes(zeroPoints);
        var first = random.Next(E4M3Codes);
        return new LinearWeight(new Reader(
            inputs, blocks, Array.ConvertAll(codes, code => (byte)(code & 15)), Array.ConvertAll(zeroPoints, zero => (byte)(zero & 15)),
            [.. Enumerable.Range(0, outputs * blocks).Select(i => format == WeightFormat.Nvfp4
                ? E4M3.Decode((byte)((first + i) % E4M3Codes))
                : (float)(random.NextDouble() + 0.01) / 64)]))
        {
            Name = name,
            Format = format,
            StoredType = TensorType.U8,
            OutputCount = outputs,
            InputCount = inputs,
            BlockSize = group,
            InputFactors = factors,
        };
    }

    // All that are not negative, nor NaN.
    private const int E4M3Codes = 127;

    private sealed class Reader(int inputs, int blocks, byte[] codes, byte[] zeroPoints, float[] scales) : ILinearReader
    {
        public void ReadCodes(int firstRow, int rowCount, Span<byte> destination) =>
            codes.AsSpan(firstRow * inputs, rowCount * inputs).CopyTo(destination);

        public void ReadScales(int firstRow, int rowCount, Span<float> destination) =>
            scales.AsSpan(firstRow * blocks, rowCount * blocks).CopyTo(destination);

        public void ReadZeroPoints(int firstRow, int rowCount, Span<byte> destination) =>
            zeroPoints.AsSpan(firstRow * blocks, rowCount * blocks).CopyTo(destination);

        public void ReadFloats(int firstRow, int rowCount, Span<float> weights) => throw Quantized();

        public void ReadBits16(int firstRow, int rowCount, Span<ushort> bits) => throw Quantized();

        private static InvalidOperationException Quantized() => new("The layer is quantized: there are codes, and no floating-point weights.");
    }
}
