using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;

namespace BatchLLM.Tests.Engine.Linear;

/// <summary>A layer of random codes and scales in memory, in any format.</summary>
internal sealed class RandomLinear : ILinearReader
{
    private readonly byte[] _codes; // [outputs, inputs]
    private readonly float[] _scales; // [outputs, blocks]
    private readonly byte[] _zeroPoints; // [outputs, blocks]
    private readonly float[] _floats; // [outputs, inputs]
    private readonly TensorType _stored;
    private readonly int _inputs;
    private readonly int _blocks;

    private RandomLinear(Random random, WeightFormat format, TensorType stored, int outputs, int inputs, int blockSize)
    {
        _stored = stored;
        _inputs = inputs;
        _blocks = (inputs + blockSize - 1) / blockSize;
        _codes = Fill(outputs * inputs, () => Code(random, format));
        _scales = Fill(outputs * _blocks, () => format == WeightFormat.Nvfp4
            ? E4M3.Decode((byte)random.Next(0x7F))
            : random.NextSingle() * 0.01f + 0.001f);
        _zeroPoints = Fill(outputs * _blocks, () => (byte)random.Next(16));
        _floats = Fill(outputs * inputs, () => Widen(Bits(random.NextSingle() - 0.5f)));
    }

    /// <summary>Makes a layer; of the damaged one, counted over the whole layer, the code is FF; extreme ones are all as large as can be.</summary>
    public static LinearWeight Create(
        Random random, WeightFormat format, int outputs, int inputs, bool hasFactors = false, int? damaged = null,
        TensorType stored = TensorType.F16, int blockSize = 0, bool extreme = false)
    {
        blockSize = blockSize > 0 ? blockSize : BlockSize(format, inputs);
        var reader = new RandomLinear(random, format, stored, outputs, inputs, blockSize);
        if (extreme)
        {
            reader._codes.AsSpan().Fill(format switch { WeightFormat.Int8 => 0x80, WeightFormat.Nvfp4 => 7, _ => 15 });
            reader._zeroPoints.AsSpan().Clear();
        }

        if (damaged is { } code)
        {
            reader._codes[code] = 0xFF;
        }

        return new LinearWeight(reader)
        {
            Name = "model.layers.3.mlp.up_proj",
            Format = format,
            StoredType = stored,
            OutputCount = outputs,
            InputCount = inputs,
            BlockSize = blockSize,
            GlobalScale = format == WeightFormat.Nvfp4 ? 0.00123f : 1,
            InputFactors = hasFactors ? Fill(inputs, () => random.NextSingle() + 0.5f) : null,
        };
    }

    public void ReadCodes(int firstRow, int rowCount, Span<byte> codes) =>
        _codes.AsSpan(firstRow * _inputs, rowCount * _inputs).CopyTo(codes);

    public void ReadScales(int firstRow, int rowCount, Span<float> scales) =>
        _scales.AsSpan(firstRow * _blocks, rowCount * _blocks).CopyTo(scales);

    public void ReadZeroPoints(int firstRow, int rowCount, Span<byte> zeroPoints) =>
        _zeroPoints.AsSpan(firstRow * _blocks, rowCount * _blocks).CopyTo(zeroPoints);

    public void ReadFloats(int firstRow, int rowCount, Span<float> weights) =>
        _floats.AsSpan(firstRow * _inputs, rowCount * _inputs).CopyTo(weights);

    public void ReadBits16(int firstRow, int rowCount, Span<ushort> bits)
    {
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = Bits(_floats[firstRow * _inputs + i]);
        }
    }

    private ushort Bits(float value) => _stored == TensorType.BF16
        ? (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)
        : BitConverter.HalfToUInt16Bits((Half)value);

    private float Widen(ushort bits) => _stored == TensorType.BF16
        ? BitConverter.UInt32BitsToSingle((uint)bits << 16)
        : (float)BitConverter.UInt16BitsToHalf(bits);

    private static int BlockSize(WeightFormat format, int inputs) =>
        format switch { WeightFormat.Nvfp4 => 16, WeightFormat.Int4 => 32, _ => inputs };

    private static byte Code(Random random, WeightFormat format)
    {
        var code = (byte)random.Next(256);
        return format switch
        {
            WeightFormat.Fp8 => E4M3.IsNaN(code) ? (byte)0 : code,
            WeightFormat.Nvfp4 or WeightFormat.Int4 => (byte)(code & 15),
            _ => code,
        };
    }

    private static T[] Fill<T>(int count, Func<T> next)
    {
        var values = new T[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = next();
        }

        return values;
    }
}
