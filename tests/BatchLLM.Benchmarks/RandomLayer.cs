using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Benchmarks;

/// <summary>A linear layer of made-up weights, of any shape and format; every value is an ordinary number.</summary>
internal sealed class RandomLayer(int inputs, int blocks) : ILinearReader
{
    private const uint Multiplier = 2654435761;

    /// <summary>Makes a layer.</summary>
    /// <param name="format">Its format; Float stands for BF16.</param>
    /// <param name="outputs">Columns.</param>
    /// <param name="inputs">k.</param>
    public static LinearWeight Create(WeightFormat format, int outputs, int inputs)
    {
        var block = format switch { WeightFormat.Nvfp4 => 16, WeightFormat.Int4 => 128, _ => inputs };
        return new LinearWeight(new RandomLayer(inputs, inputs / block))
        {
            Name = "benchmark",
            Format = format,
            StoredType = format == WeightFormat.Float ? TensorType.BF16 : TensorType.U8,
            OutputCount = outputs,
            InputCount = inputs,
            BlockSize = block,
            GlobalScale = 1f / 1024,
        };
    }

    public void ReadCodes(int firstRow, int rowCount, Span<byte> codes)
    {
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (byte)((uint)(firstRow * inputs + i) * Multiplier >> 24 & 0xB7);
        }
    }

    public void ReadScales(int firstRow, int rowCount, Span<float> scales) => scales[..(rowCount * blocks)].Fill(1f / 64);

    public void ReadZeroPoints(int firstRow, int rowCount, Span<byte> zeroPoints) => zeroPoints.Fill(8);

    public void ReadFloats(int firstRow, int rowCount, Span<float> weights) => weights.Fill(1f / 64);

    public void ReadBits16(int firstRow, int rowCount, Span<ushort> bits)
    {
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = (ushort)(0x3C00 + ((uint)(firstRow * inputs + i) * Multiplier >> 24) * 2 | ((uint)i & 1) << 15);
        }
    }
}
