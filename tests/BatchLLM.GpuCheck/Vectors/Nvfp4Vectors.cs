using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Engine.Reference;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>
/// What kernels make a block-scaled product's input of, bit by bit. Their numbers are chosen so that all before the rounding is
/// exact, whatever the order of sums: whole numbers, whose squares add up to less than 2^24.
/// </summary>
internal static class Nvfp4Vectors
{
    private const float Epsilon = 1e-5f;

    /// <summary>All of them. Rows beyond the first tile, and blocks that fill no tile.</summary>
    public static IEnumerable<KernelVector> All =>
    [
        .. new[] { (1, 16), (131, 48), (3, 368), (2, 5_008) }.SelectMany(s => new[] { Norm(s.Item1, s.Item2), Activation(s.Item1, s.Item2) }),
        .. new[] { (1, 16), (131, 48), (3, 80), (2, 128) }.Select(s => Attention(s.Item1, s.Item2)),
        Borders,
        Saturation,
    ];

    /// <summary>Numbers between two codes, which go to the even one, and their neighbours.</summary>
    public static KernelVector Borders
    {
        get
        {
            float[] borders = [0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5, 6];
            var values = borders.SelectMany(b => new[] { b, -b, Next(b, 1), Next(b, -1), -Next(b, 1), -Next(b, -1) });

            // Scales of 1: the largest of each block is 6.
            float[] blocks = [.. values.Chunk(15).SelectMany(chunk => chunk.Concat(Enumerable.Repeat(6f, 16 - chunk.Length)))];
            return Merged("numbers between two codes of NVFP4", blocks, 1, 1, blocks.Length, 1);

            static float Next(float value, int steps) => TestRows.Value((ushort)(TestRows.Bits(value) + steps));
        }
    }

    /// <summary>Numbers beyond the largest scale.</summary>
    public static KernelVector Saturation => Merged(
        "numbers beyond NVFP4's scales", [.. Enumerable.Range(0, 16).Select(i => ReferenceRounding.BFloat16((i - 8) * 1e30f))], 1, 1, 16, 0.01f);

    /// <summary>A norm.</summary>
    public static KernelVector Norm(int rows, int hidden) => new($"norm of {rows} x {hidden} to NVFP4", device =>
    {
        const float Scale = 0.0013f;
        var random = new Random(SceneSeed.Of(rows, hidden));
        var (x, y) = (Whole(random, rows * hidden, 12), Whole(random, rows * hidden, 12));
        var weight = TestRows.Scales(random, hidden);
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
        return output.Result([.. x.Zip(y, (a, b) => a + b).Chunk(hidden).Select(row => Norm(row, weight))], Scale);
    });

    /// <summary>An activation, of gates so large that their sigmoid is 1.</summary>
    public static KernelVector Activation(int rows, int width) => new($"activation of {rows} x {width} to NVFP4", device =>
    {
        const float Scale = 7.7f;
        var random = new Random(SceneSeed.Of(rows, width));
        var gate = Enumerable.Range(0, rows * width).Select(_ => (float)random.Next(128, 256)).ToArray();
        var up = Whole(random, rows * width, 20);
        Array.Clear(up, 0, 16);
        using var product = device.Store(Bits(gate.Chunk(width).Zip(up.Chunk(width), (g, u) => g.Concat(u)).SelectMany(row => row)));
        using var output = new Nvfp4Output(device, rows, width);
        new Activation(device, ElementType.BFloat16, InputForm.Nvfp4).Launch(rows, new ActivationArguments
        {
            Product = product.Address,
            Output = output.Codes,
            OutputScales = output.Scales,
            Width = width,
            ProductScale = 1,
            OutputScale = Scale,
        });
        return output.Result([.. gate.Zip(up, (g, u) => g * u).Chunk(width)], Scale);
    });

    /// <summary>The merge of attention.</summary>
    public static KernelVector Attention(int rows, int headSize)
    {
        const int Heads = 3;
        var values = TestRows.Values(new Random(SceneSeed.Of(rows, headSize)), rows * Heads * headSize);
        return Merged(
            $"attention of {rows} x {Heads} heads of {headSize} to NVFP4", Array.ConvertAll(values, ReferenceRounding.BFloat16), rows, Heads, headSize,
            0.0021f);
    }

    /// <summary>What the merge of attention writes for rows in turn as the chunk kernel leaves them and as one partial result.</summary>
    public static void Merge(IDevice device, float[] values, int rows, int heads, int headSize, float scale, Nvfp4Output output)
    {
        using var mixed = device.Store(Bits(values));
        using var partials = device.Store(values);
        using var sums = device.Store(Enumerable.Repeat(new[] { 0f, 1f }, rows * heads).SelectMany(pair => pair).ToArray());
        using var first = device.Store(Enumerable.Range(0, rows).Select(row => row % 2 == 0 ? -1 : row).ToArray());
        using var positions = device.Store(new int[rows]);
        var shape = RowShape.Of(rows, heads * headSize / 8);
        device.Launch(device.Kernel("attention_merge", "attention_merge_to_nvfp4"), shape, new AttentionMergeArguments
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
        device.Synchronize();
    }

    private static KernelVector Merged(string name, float[] values, int rows, int heads, int headSize, float scale) => new(name, device =>
    {
        using var output = new Nvfp4Output(device, rows, heads * headSize);
        Merge(device, values, rows, heads, headSize, scale, output);
        return output.Result([.. values.Chunk(heads * headSize)], scale);
    });

    private static float[] Norm(float[] x, float[] weight)
    {
        var scale = 1 / MathF.Sqrt(x.Sum(v => v * v) / x.Length + Epsilon);
        return [.. x.Zip(weight, (v, w) => v * scale * w)];
    }

    private static float[] Whole(Random random, int count, int largest) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-largest, largest + 1) * (random.Next(100) == 0 ? 10 : 1))];

    private static ushort[] Bits(IEnumerable<float> values) => [.. values.Select(TestRows.Bits)];
}
