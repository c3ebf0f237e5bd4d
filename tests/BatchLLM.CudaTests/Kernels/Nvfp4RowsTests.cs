using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.Engine.Reference;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

/// <summary>
/// What kernels make a block-scaled product's input of, bit by bit. Their numbers are chosen so that all before the rounding is
/// exact, whatever the order of sums: whole numbers, whose squares add up to less than 2^24.
/// </summary>
public sealed class Nvfp4RowsTests
{
    private const float Epsilon = 1e-5f;

    // Rows beyond the first tile, and blocks that fill no tile.
    public static TheoryData<int, int> Shapes => new()
    {
        { 1, 16 },
        { 131, 48 },
        { 3, 368 },
        { 2, 5_008 },
    };

    private static float[] Whole(Random random, int count, int largest) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-largest, largest + 1) * (random.Next(100) == 0 ? 10 : 1))];

    private static ushort[] Bits(IEnumerable<float> values) => [.. values.Select(TestRows.Bits)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_norm_is_rounded_as_on_the_CPU(int rows, int hidden)
    {
        const float Scale = 0.0013f;
        var random = new Random(SceneSeed.Of(rows, hidden));
        var (x, y) = (Whole(random, rows * hidden, 12), Whole(random, rows * hidden, 12));
        var weight = TestRows.Scales(random, hidden);
        var read = EveryOrder.Run(device =>
        {
            using var residual = device.Store(x);
            using var product = device.Store(Bits(y));
            using var weightMemory = device.Store(weight);
            using var output = new Nvfp4Output(device, rows, hidden);
            new AddNorm(device, ElementType.BFloat16, InputForm.Nvfp4).Launch(rows, new AddNormArguments
            {
                Product = product.Address,
                Residual = residual.Address,
                Weight = weightMemory.Address,
                Output = output.Codes,
                OutputScales = output.Scales,
                Hidden = hidden,
                ProductScale = 1,
                OutputScale = Scale,
                Epsilon = Epsilon,
            });
            return output.Read();
        });
        var sums = x.Zip(y, (a, b) => a + b).Chunk(hidden).ToArray();
        Nvfp4Output.AssertRounded(Array.ConvertAll(sums, row => Norm(row, weight)), read, Scale);
    }

    private static float[] Norm(float[] x, float[] weight)
    {
        var scale = 1 / MathF.Sqrt(x.Sum(v => v * v) / x.Length + Epsilon);
        return [.. x.Zip(weight, (v, w) => v * scale * w)];
    }

    // Gates so large that their sigmoid is 1.
    [Theory]
    [MemberData(nameof(Shapes))]
    public void An_activation_is_rounded_as_on_the_CPU(int rows, int width)
    {
        const float Scale = 7.7f;
        var random = new Random(SceneSeed.Of(rows, width));
        var gate = Enumerable.Range(0, rows * width).Select(_ => (float)random.Next(128, 256)).ToArray();
        var up = Whole(random, rows * width, 20);
        Array.Clear(up, 0, 16);
        var product = gate.Chunk(width).Zip(up.Chunk(width), (g, u) => g.Concat(u)).SelectMany(row => row);
        var read = EveryOrder.Run(device =>
        {
            using var productMemory = device.Store(Bits(product));
            using var output = new Nvfp4Output(device, rows, width);
            new Activation(device, ElementType.BFloat16, InputForm.Nvfp4).Launch(rows, new ActivationArguments
            {
                Product = productMemory.Address,
                Output = output.Codes,
                OutputScales = output.Scales,
                Width = width,
                ProductScale = 1,
                OutputScale = Scale,
            });
            return output.Read();
        });
        Nvfp4Output.AssertRounded([.. gate.Zip(up, (g, u) => g * u).Chunk(width)], read, Scale);
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(131, 48)]
    [InlineData(3, 80)]
    [InlineData(2, 128)]
    public void Attention_is_rounded_as_on_the_CPU(int rows, int headSize)
    {
        const int Heads = 3;
        const float Scale = 0.0021f;
        var random = new Random(SceneSeed.Of(rows, headSize));
        var width = Heads * headSize;
        var values = Array.ConvertAll(TestRows.Values(random, rows * width), ReferenceRounding.BFloat16);
        Nvfp4Output.AssertRounded([.. values.Chunk(width)], Merged(values, rows, Heads, headSize, Scale), Scale);
    }

    [Fact]
    public void A_number_between_two_codes_goes_to_the_even_one()
    {
        float[] borders = [0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5, 6];
        float[] values = [.. borders.SelectMany(b => new[] { b, -b, Next(b, 1), Next(b, -1), -Next(b, 1), -Next(b, -1) }), .. new float[16]];

        // Scales of 1: the largest of each block is 6.
        var blocks = values.Chunk(15).Where(chunk => chunk.Length == 15).Select(chunk => chunk.Append(6).ToArray()).ToArray();
        foreach (var block in blocks)
        {
            Nvfp4Output.AssertRounded([[.. block]], Merged(block, 1, 1, 16, 1), 1);
        }

        static float Next(float value, int steps) => TestRows.Value((ushort)(TestRows.Bits(value) + steps));
    }

    [Fact]
    public void What_is_not_a_number_stays_so_and_in_its_block()
    {
        var values = Enumerable.Repeat(1f, 48).ToArray();
        values[20] = float.NaN;
        var read = Merged(values, 1, 1, 48, 1);
        Assert.Equal([0x23, 0x7F, 0x23, 0], read[^512..^508]);
    }

    [Fact]
    public void Numbers_beyond_the_largest_scale_saturate()
    {
        var values = Enumerable.Range(0, 16).Select(i => (i - 8) * 1e30f).ToArray();
        var rounded = Array.ConvertAll(values, ReferenceRounding.BFloat16);
        Nvfp4Output.AssertRounded([rounded], Merged(rounded, 1, 1, 16, 0.01f), 0.01f);
    }

    // Rows in turn as the chunk kernel leaves them and as one partial result.
    private static byte[] Merged(float[] values, int rows, int heads, int headSize, float scale)
    {
        var width = heads * headSize;
        return EveryOrder.Run(device =>
        {
            using var mixed = device.Store(Bits(values));
            using var partials = device.Store(values);
            using var sums = device.Store(Enumerable.Repeat(new[] { 0f, 1f }, rows * heads).SelectMany(pair => pair).ToArray());
            using var first = device.Store(Enumerable.Range(0, rows).Select(row => row % 2 == 0 ? -1 : row).ToArray());
            using var positions = device.Store(new int[rows]);
            using var output = new Nvfp4Output(device, rows, width);
            device.Launch(device.Kernel("attention_merge", "attention_merge_to_nvfp4"), RowShape.Of(rows, width / 8), new AttentionMergeArguments
            {
                PartialOutputs = partials.Address,
                PartialSums = sums.Address,
                Mixed = mixed.Address,
                FirstPartials = first.Address,
                Positions = positions.Address,
                Results = output.Codes,
                ResultScales = output.Scales,
                ValueScale = 1,
                ResultScale = scale,
                Heads = (uint)heads,
                HeadDim = (uint)headSize,
            });
            return output.Read();
        });
    }
}
