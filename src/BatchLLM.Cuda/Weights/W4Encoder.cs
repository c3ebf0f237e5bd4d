using System.Buffers.Binary;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.Cuda.Weights;

/// <summary>
/// Stacked layers of 4-bit weights in the order that the tensor cores' fragments want them (kernels/w4.h): for the 32 outputs of a
/// warp, tile after tile of 64 inputs, the codes of a lane in 16 bytes. What fills outputs and inputs up multiplies to 0.
/// </summary>
/// <param name="shape">Of all layers together.</param>
/// <param name="parts">The layers, of one format and one size of groups.</param>
internal sealed class W4Encoder(W4Shape shape, IReadOnlyList<LinearWeight> parts)
{
    private const int Lanes = 32;
    private const int StepInputs = 16;
    private const int Steps = W4Shape.TileDepth / StepInputs;
    private const int Narrow = W4Shape.WarpOutputs / 8;
    private const int WordBytes = sizeof(uint);
    private const int PairsOfWord = 4;

    // The fifth bit of an exponent makes ordinary numbers of E4M3's subnormal ones; the kernel turns them to BF16 with a shift.
    private const int ScaleExponentBias = 10;
    private const int FloatExponentBias = 127;

    private static readonly uint[][] Places = [.. Enumerable.Range(0, PairsOfWord).Select(NvfpPlaces)];

    private readonly int[] _firsts = [.. parts.Select((_, i) => parts.Take(i).Sum(part => part.OutputCount))];

    /// <summary>Encodes a warp's outputs. Safe from several threads.</summary>
    /// <param name="group">Which of <see cref="W4Shape.OutputGroups"/>.</param>
    /// <param name="codes">Receives the codes. // [tiles, 2, lanes, 16]</param>
    /// <param name="scales">Receives the scales. // <see cref="W4Shape.ScaleBytes"/></param>
    public void Encode(int group, Span<byte> codes, Span<byte> scales)
    {
        var rows = Read(group);
        for (var tile = 0; tile < shape.Tiles; tile++)
        {
            for (var lane = 0; lane < Lanes; lane++)
            {
                EncodeLane(rows, tile, lane, codes.Slice(tile * W4Shape.TileCodeBytes, W4Shape.TileCodeBytes));
            }
        }

        if (shape.Format == WeightFormat.Nvfp4)
        {
            EncodeNvfp4Scales(rows, scales);
        }
        else
        {
            EncodeInt4Scales(rows, scales);
        }
    }

    private Rows Read(int group)
    {
        var first = group * W4Shape.WarpOutputs;
        var rows = new Rows(shape, parts[0].BlockCount);
        for (var part = 0; part < parts.Count; part++)
        {
            var from = Math.Max(first, _firsts[part]);
            var count = Math.Min(first + W4Shape.WarpOutputs, _firsts[part] + parts[part].OutputCount) - from;
            if (count > 0)
            {
                rows.Read(parts[part], from - _firsts[part], from - first, count);
            }
        }

        return rows;
    }

    private void EncodeLane(Rows rows, int tile, int lane, Span<byte> codes)
    {
        for (var i = 0; i < Steps * 2; i++)
        {
            var (step, word) = (i / 2, 0u);
            for (var pair = 0; pair < PairsOfWord; pair++)
            {
                var row = Output(lane / 4, i % 2 * 2 + pair / 2);
                var input = tile * W4Shape.TileDepth + step * StepInputs + pair % 2 * 8 + lane % 4 * 2;
                word |= Place(pair, rows.Code(row, input)) | uint.RotateLeft(Place(pair, rows.Code(row, input + 1)), 16);
            }

            BinaryPrimitives.WriteUInt32LittleEndian(codes[((step / 2 * Lanes + lane) * 16 + (step % 2 * 2 + i % 2) * WordBytes)..], word);
        }
    }

    // The output that stands in a column of the n-th product of eight: so that a lane's sums of a row are eight in a row.
    private static int Output(int column, int n) => column / 2 * 8 + n * 2 + column % 2;

    private uint Place(int pair, int code) => shape.Format == WeightFormat.Nvfp4 ? Places[pair][code] : (uint)code << 4 * pair;

    // Where the kernel's turns of a word expect sign (bit 15), exponent (8 and 7) and mantissa (6) of a pair's lower code.
    private static uint[] NvfpPlaces(int pair) => [.. Enumerable.Range(0, 16).Select(code =>
    {
        int[] turns = pair switch { 0 => [2, 2, 2, 2], 1 => [6, 6, 6, 6], 2 => [12, 12, 12, 12], _ => [0, 0, 0, 8] };
        int[] bits = [15, 8, 7, 6];
        return bits.Select((bit, i) => (code >> (3 - i) & 1) == 0 ? 0 : uint.RotateRight(1u << bit, turns[i])).Aggregate((a, b) => a | b);
    })];

    private static void EncodeNvfp4Scales(Rows rows, Span<byte> scales)
    {
        for (var i = 0; i < scales.Length; i++)
        {
            var (tile, place) = Math.DivRem(i, W4Shape.WarpOutputs * Steps);
            var output = Output(place / (Narrow * Steps), place / Steps % Narrow);
            scales[i] = ScaleByte(rows.Scale(output, tile * Steps + place % Steps));
        }
    }

    private static byte ScaleByte(float scale)
    {
        var bits = BitConverter.SingleToUInt32Bits(scale);
        return (byte)(bits == 0 ? 0 : (bits >> 20) - ((FloatExponentBias - ScaleExponentBias) << 3));
    }

    private void EncodeInt4Scales(Rows rows, Span<byte> scales)
    {
        var groupBytes = scales.Length / shape.InputGroups;
        for (var group = 0; group < shape.InputGroups; group++)
        {
            var bytes = scales.Slice(group * groupBytes, groupBytes);
            for (var i = 0; i < W4Shape.WarpOutputs; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes[(i * sizeof(float))..], rows.Scale(i, group));
                bytes[W4Shape.WarpOutputs * sizeof(float) + i] = rows.ZeroPoint(Output(i / Narrow, i % Narrow), group);
            }
        }
    }

    // A warp's outputs as the checkpoint has them, and zeros where it has none.
    private sealed class Rows(W4Shape shape, int blocks)
    {
        private readonly byte[] _codes = new byte[W4Shape.WarpOutputs * shape.Depth];
        private readonly float[] _scales = new float[W4Shape.WarpOutputs * blocks];
        private readonly byte[] _zeroPoints = new byte[W4Shape.WarpOutputs * blocks];

        public void Read(LinearWeight part, int from, int to, int count)
        {
            part.ReadCodes(from, _codes.AsSpan(to * shape.Depth, count * shape.Depth));
            part.ReadScales(from, _scales.AsSpan(to * blocks, count * blocks));
            if (shape.Format == WeightFormat.Int4)
            {
                part.ReadZeroPoints(from, _zeroPoints.AsSpan(to * blocks, count * blocks));
                return;
            }

            // A scale of 0 has no place among the kernel's; its weights are zeros instead.
            for (var i = to * blocks; i < (to + count) * blocks; i++)
            {
                if (_scales[i] == 0)
                {
                    _codes.AsSpan(i * shape.GroupInputs, shape.GroupInputs).Clear();
                }
            }
        }

        public int Code(int row, int input) => input < shape.Depth ? _codes[row * shape.Depth + input] : 0;

        public float Scale(int row, int group) => group < blocks ? _scales[row * blocks + group] : 0;

        public byte ZeroPoint(int row, int group) => group < blocks ? _zeroPoints[row * blocks + group] : (byte)0;
    }
}
