using System.Buffers;
using System.Runtime.InteropServices;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Weights;

/// <summary>
/// Rows of a layer's weights as a GPU multiplies them, but for the scales of their column and blocks. FP8 and INT8 stay codes, or
/// become BF16 exactly, and so does NVFP4: a product of E2M1 and E4M3 has 6 bits. INT4 has up to 15 bits with its block's scale and
/// is rounded to BF16's 8, at most 2^-9 of each weight; so are F16, F32 and weights with input factors.
/// </summary>
/// <param name="weight">The layer.</param>
/// <param name="type">Element type of the result.</param>
internal sealed class RowEncoder(LinearWeight weight, ElementType type)
{
    /// <summary>Bytes of a row.</summary>
    public int RowBytes => (int)type.Bytes(weight.InputCount);

    /// <summary>How the rows are drawn, where a model is made up and its stored elements are those that are multiplied; else null.</summary>
    public RandomDraws? Draws => type is ElementType.E4M3 or ElementType.Int8 || IsStoredBFloat16 ? weight.Draws : null;

    private bool IsStoredBFloat16 => weight is { Format: WeightFormat.Float, StoredType: TensorType.BF16, InputFactors: null };

    /// <summary>Encodes rows. Safe from several threads.</summary>
    /// <param name="first">First output.</param>
    /// <param name="rows">Receives whole rows. // [rows, RowBytes]</param>
    public void Encode(int first, Span<byte> rows)
    {
        if (type == ElementType.E2M1)
        {
            Pack(first, rows);
            return;
        }

        if (type != ElementType.BFloat16)
        {
            weight.ReadCodes(first, rows);
            return;
        }

        var bits = MemoryMarshal.Cast<byte, ushort>(rows);
        switch (weight.Format)
        {
            case WeightFormat.Float when IsStoredBFloat16:
                weight.ReadBits16(first, bits);
                break;
            case WeightFormat.Fp8 or WeightFormat.Int8 when weight.InputFactors is null:
                Widen(first, bits);
                break;
            case WeightFormat.Nvfp4 when weight.InputFactors is null:
                WidenBlocks(first, bits);
                break;
            default:
                Round(first, bits);
                break;
        }
    }

    /// <summary>What sums of the layer's columns are multiplied by. // [outputs]</summary>
    public float[] ColumnScales()
    {
        var scales = new float[weight.OutputCount];
        if (weight.Format is WeightFormat.Fp8 or WeightFormat.Int8 && weight.InputFactors is null)
        {
            weight.ReadScales(0, scales);
        }
        else
        {
            Array.Fill(scales, 1);
        }

        var global = weight.InputFactors is null && weight.Format != WeightFormat.Int4 ? weight.GlobalScale : 1;
        for (var i = 0; i < scales.Length; i++)
        {
            scales[i] *= global;
        }

        return scales;
    }

    private void Pack(int first, Span<byte> rows)
    {
        var codes = ArrayPool<byte>.Shared.Rent(2 * rows.Length);
        weight.ReadCodes(first, codes.AsSpan(0, 2 * rows.Length));
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = (byte)(codes[2 * i] | codes[2 * i + 1] << 4);
        }

        ArrayPool<byte>.Shared.Return(codes);
    }

    // Codes of eight bits are BF16 numbers: E4M3 has 4 bits of mantissa, and integers up to 127 have 7.
    private void Widen(int first, Span<ushort> bits)
    {
        var codes = ArrayPool<byte>.Shared.Rent(bits.Length);
        weight.ReadCodes(first, codes.AsSpan(0, bits.Length));
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = Exact(weight.Format == WeightFormat.Fp8 ? E4M3.Decode(codes[i]) : (sbyte)codes[i]);
        }

        ArrayPool<byte>.Shared.Return(codes);
    }

    private void WidenBlocks(int first, Span<ushort> bits)
    {
        var codes = ArrayPool<byte>.Shared.Rent(bits.Length);
        weight.ReadCodes(first, codes.AsSpan(0, bits.Length));
        var scales = new float[bits.Length / weight.InputCount * weight.BlockCount];
        weight.ReadScales(first, scales);
        for (var i = 0; i < bits.Length; i++)
        {
            var block = i / weight.InputCount * weight.BlockCount + i % weight.InputCount / weight.BlockSize;
            bits[i] = Exact(E2M1.Decode(codes[i]) * scales[block]);
        }

        ArrayPool<byte>.Shared.Return(codes);
    }

    private void Round(int first, Span<ushort> bits)
    {
        var values = new float[bits.Length];
        weight.ReadFloats(first, values);
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = Nearest(values[i] * (weight.InputFactors?[i % weight.InputCount] ?? 1));
        }
    }

    private static ushort Exact(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);

    private static ushort Nearest(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)(float.IsNaN(value) ? 0x7FC0 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
