using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Onnx;
using BatchLLM.Checkpoints.Onnx.Proto;
using BatchLLM.Checkpoints.Onnx.Writing;
using Xunit;

namespace BatchLLM.Tests.Checkpoints.Onnx;

/// <summary>Every form that a graph may store a linear layer in, against the specification's worked example.</summary>
public sealed class WeightFormTests
{
    private const int Inputs = 32;
    private const int Outputs = 2;
    private const int Block = 16;

    // q[k, n] = ((3k + 5n) mod 16) - 8, with block 16; scales differ by output and block.
    private static readonly double[] ScaleValues = [0.05, 0.1, 0.2, 0.4]; // [blocks, outputs]

    private static int Code(int input, int output) => (3 * input + 5 * output) % 16 - 8;

    private static float Scale(int block, int output) => (float)(Half)ScaleValues[block * Outputs + output];

    // Linear index k N + n, even ones in the low nibble. // [inputs, outputs / 2]
    private static byte[] InputMajor(int offset) => Pack([.. Enumerable.Range(0, Inputs * Outputs).Select(e => Code(e / Outputs, e % Outputs) + offset)]);

    // [outputs, inputs / 2]
    private static byte[] OutputMajor(int offset) => Pack([.. Enumerable.Range(0, Inputs * Outputs).Select(e => Code(e % Inputs, e / Inputs) + offset)]);

    private static byte[] OutputMajorScales =>
        LinearGraph.Halves([.. Enumerable.Range(0, 4).Select(i => ScaleValues[i % 2 * Outputs + i / 2])]);

    private static byte[] Pack(params int[] codes) =>
        [.. codes.Chunk(2).Select(pair => (byte)((pair[0] & 15) | (pair[1] & 15) << 4))];

    [Fact]
    public void The_specifications_bytes_are_those_of_its_formula()
    {
        Assert.Equal([0xD8, 0x0B, 0x3E, 0x61, 0x94, 0xC7, 0xFA, 0x2D], InputMajor(0)[..8]);
        Assert.Equal([0x30, 0x96, 0xFC, 0x52], OutputMajor(8)[..4]);
    }

    [Fact]
    public void Packing_rows_gives_the_specifications_bytes()
    {
        var matrix = new Int4Matrix(Outputs, Inputs, Block);
        for (var row = 0; row < Outputs; row++)
        {
            var codes = Enumerable.Range(0, Inputs).Select(k => (sbyte)Code(k, row)).ToArray();
            matrix.SetRows(row, codes, [(Half)ScaleValues[row], (Half)ScaleValues[Outputs + row]]);
        }

        Assert.Equal(InputMajor(0), matrix.Codes.ToArray());
        Assert.Equal(ScaleValues.Select(s => (Half)s), matrix.Scales.ToArray());
    }

    [Fact]
    public void Signed_codes_dequantize_to_the_specifications_values()
    {
        var linear = new LinearGraph()
            .Tensor("w", OnnxType.Int4, InputMajor(0), Inputs, Outputs)
            .Tensor("s", OnnxType.Float16, LinearGraph.Halves(ScaleValues), 2, Outputs)
            .Dequantize(Block).Node("MatMul", ["x", "d"], "y").Resolve(Outputs, Inputs);
        AssertWeights(linear);
        Span<float> first = stackalloc float[Inputs];
        linear.ReadFloats(0, first);
        Assert.Equal(-0.39990234375f, first[0]);
        AssertCodes(linear, zeroPoint: 8, offset: 8);
        Assert.Equal(Block, linear.BlockSize);
        Assert.Equal(WeightFormat.Int4, linear.Format);
    }

    [Fact]
    public void Signed_zero_points_are_moved_with_their_codes()
    {
        var linear = new LinearGraph()
            .Tensor("w", OnnxType.Int4, InputMajor(0), Inputs, Outputs)
            .Tensor("s", OnnxType.Float16, LinearGraph.Halves(ScaleValues), 2, Outputs)
            .Tensor("z", OnnxType.Int4, Pack(0, 0, 0, 0), 2, Outputs)
            .Dequantize(Block, hasZeroPoint: true).Node("MatMul", ["x", "d"], "y").Resolve(Outputs, Inputs);
        AssertWeights(linear);
    }

    [Fact]
    public void Unsigned_codes_without_zero_points_have_zero_point_0()
    {
        var linear = new LinearGraph()
            .Tensor("w", OnnxType.UInt4, InputMajor(8), Inputs, Outputs)
            .Tensor("s", OnnxType.Float16, LinearGraph.Halves(ScaleValues), 2, Outputs)
            .Dequantize(Block).Node("MatMul", ["x", "d"], "y").Resolve(Outputs, Inputs);
        AssertCodes(linear, zeroPoint: 0, offset: 8);
        Span<float> first = stackalloc float[Inputs];
        linear.ReadFloats(0, first);
        Assert.Equal(3 * Scale(0, 0), first[1]);
    }

    [Fact]
    public void Unsigned_codes_are_centred_by_their_zero_points()
    {
        // Zero points 8 and 7 of the first block, 9 and 6 of the second: codes are moved by as much.
        int[] zeros = [8, 7, 9, 6]; // [blocks, outputs]
        var codes = Enumerable.Range(0, Inputs * Outputs)
            .Select(e => Math.Clamp(Code(e / 2, e % 2), -6, 6) + zeros[e / 2 / Block * 2 + e % 2]).ToArray();
        var linear = new LinearGraph()
            .Tensor("w", OnnxType.UInt4, Pack(codes), Inputs, Outputs)
            .Tensor("s", OnnxType.Float16, LinearGraph.Halves(ScaleValues), 2, Outputs)
            .Tensor("z", OnnxType.UInt4, Pack(zeros), 2, Outputs)
            .Dequantize(Block, hasZeroPoint: true).Node("MatMul", ["x", "d"], "y").Resolve(Outputs, Inputs);
        AssertWeights(linear, limit: 6);
    }

    [Fact]
    public void A_transposed_matrix_has_its_blocks_along_the_other_axis()
    {
        var linear = new LinearGraph()
            .Tensor("w", OnnxType.Int4, OutputMajor(0), Outputs, Inputs)
            .Tensor("s", OnnxType.Float16, OutputMajorScales, Outputs, 2)
            .Dequantize(Block, axis: -1).Node("Transpose", ["d"], "t").Node("Cast", ["t"], "c")
            .Node("MatMul", ["x", "c"], "y").Resolve(Outputs, Inputs);
        AssertWeights(linear);
    }

    [Fact]
    public void Bits_of_MatMulNBits_are_centred_at_8()
    {
        var linear = new LinearGraph()
            .Tensor("w", OnnxType.UInt8, OutputMajor(8), Outputs, 2, Block / 2)
            .Tensor("s", OnnxType.Float16, OutputMajorScales, 4)
            .NBits(Outputs, Inputs, Block).Resolve(Outputs, Inputs);
        AssertWeights(linear);
        AssertCodes(linear, zeroPoint: 8, offset: 8);
    }

    [Fact]
    public void Zero_points_of_MatMulNBits_are_packed_by_output()
    {
        // Three blocks of 16 take two bytes of zero points, of which the last nibble is filling.
        const int Long = 48;
        var codes = Enumerable.Range(0, Long).Select(k => k % 16).ToArray();
        var linear = new LinearGraph()
            .Tensor("w", OnnxType.UInt8, [.. Pack(codes), .. Pack(codes)], 2, 3, Block / 2)
            .Tensor("s", OnnxType.Float, [.. Enumerable.Repeat(BitConverter.GetBytes(1f), 6).SelectMany(b => b)], 2, 3)
            .Tensor("z", OnnxType.UInt8, Pack(1, 2, 3, 15, 4, 5, 6, 15), 2, 2)
            .NBits(2, Long, Block, "z").Resolve(2, Long);
        var zeros = new byte[6];
        linear.ReadZeroPoints(0, zeros);
        Assert.Equal([1, 2, 3, 4, 5, 6], zeros);
        var weights = new float[Long];
        linear.ReadFloats(1, weights);
        Assert.Equal(codes.Select((c, k) => (float)(c - (4 + k / 16))), weights);
    }

    [Fact]
    public void Zero_points_of_MatMulNBits_may_be_floats()
    {
        var linear = new LinearGraph()
            .Tensor("w", OnnxType.UInt8, OutputMajor(8), Outputs, 2, Block / 2)
            .Tensor("s", OnnxType.Float16, OutputMajorScales, Outputs, 2)
            .Tensor("z", OnnxType.Float16, LinearGraph.Halves(8, 8, 8, 8), Outputs, 2)
            .NBits(Outputs, Inputs, Block, "z").Resolve(Outputs, Inputs);
        AssertWeights(linear);
    }

    [Fact]
    public void Float_zero_points_that_are_not_whole_are_refused()
    {
        var graph = new LinearGraph()
            .Tensor("w", OnnxType.UInt8, OutputMajor(8), Outputs, 2, Block / 2)
            .Tensor("s", OnnxType.Float16, OutputMajorScales, Outputs, 2)
            .Tensor("z", OnnxType.Float16, LinearGraph.Halves(8, 8, 7.5, 8), Outputs, 2)
            .NBits(Outputs, Inputs, Block, "z");
        Assert.Contains("'z' holds 7.5 at element 2", Assert.Throws<OnnxRefusal>(() => graph.Resolve(Outputs, Inputs)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Plain_weights_are_turned_to_rows(bool isTransposed)
    {
        double[] values = [1, 2, 3, 4, 5, 6]; // [inputs 3, outputs 2]
        double[] turned = [1, 3, 5, 2, 4, 6]; // [outputs 2, inputs 3]
        var graph = new LinearGraph();
        _ = isTransposed
            ? graph.Tensor("w", OnnxType.Float16, LinearGraph.Halves(turned), 2, 3).Node("Transpose", ["w"], "t")
            : graph.Tensor("t", OnnxType.Float16, LinearGraph.Halves(values), 3, 2);
        var linear = graph.Node("MatMul", ["x", "t"], "y").Resolve(2, 3);
        var weights = new float[6];
        linear.ReadFloats(0, weights);
        Assert.Equal(turned.Select(v => (float)v), weights);
        Assert.Equal((WeightFormat.Float, TensorType.F16), (linear.Format, linear.StoredType));
        var row = new ushort[3];
        linear.ReadBits16(1, row);
        Assert.Equal(new[] { 2, 4, 6 }.Select(v => BitConverter.HalfToUInt16Bits((Half)v)), row);
    }

    [Fact]
    public void Factors_may_be_halves_among_the_integers_of_the_graph()
    {
        var factors = new TensorProto { Name = "p", DataType = (int)OnnxType.Float16 };
        factors.Int32Data.AddRange([BitConverter.HalfToUInt16Bits((Half)0.5), BitConverter.HalfToUInt16Bits((Half)3)]);
        var linear = new LinearGraph()
            .Tensor("w", OnnxType.Float16, LinearGraph.Halves(1, 2), 2, 1).Tensor(factors, 2)
            .Node("Mul", ["p", "x"], "m").Node("MatMul", ["m", "w"], "y").Resolve(1, 2);
        Assert.Equal([0.5f, 3], linear.InputFactors!);
    }

    [Fact]
    public void Codes_may_be_pairs_among_the_integers_of_the_graph()
    {
        var codes = new TensorProto { Name = "w", DataType = (int)OnnxType.Int4 };
        codes.Int32Data.AddRange(InputMajor(0).Select(b => (int)b));
        var linear = new LinearGraph()
            .Tensor(codes, Inputs, Outputs)
            .Tensor("s", OnnxType.Float16, LinearGraph.Halves(ScaleValues), 2, Outputs)
            .Dequantize(Block).Node("MatMul", ["x", "d"], "y").Resolve(Outputs, Inputs);
        AssertWeights(linear);
    }

    private static void AssertWeights(LinearWeight linear, int limit = 8)
    {
        var weights = new float[Outputs * Inputs];
        linear.ReadFloats(0, weights);
        for (var i = 0; i < weights.Length; i++)
        {
            var (output, input) = (i / Inputs, i % Inputs);
            Assert.Equal(Math.Clamp(Code(input, output), -limit, limit) * Scale(input / Block, output), weights[i]);
        }
    }

    private static void AssertCodes(LinearWeight linear, byte zeroPoint, int offset)
    {
        var codes = new byte[Outputs * Inputs];
        linear.ReadCodes(0, codes);
        Assert.Equal(codes.Select((_, i) => (byte)(Code(i % Inputs, i / Inputs) + offset)), codes);
        var zeros = new byte[Outputs * 2];
        linear.ReadZeroPoints(0, zeros);
        Assert.All(zeros, z => Assert.Equal(zeroPoint, z));
    }
}
