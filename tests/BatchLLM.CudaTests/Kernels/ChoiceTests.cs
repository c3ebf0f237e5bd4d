using System.Runtime.Intrinsics;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.Engine.Layers;
using BatchLLM.Engine.Sampling;
using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

/// <summary>The device's choices are the CPU's, token by token: nothing in them is approximate.</summary>
public sealed class ChoiceTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 40)]
    [InlineData(7, 200)]
    [InlineData(300, 1_500)]
    [InlineData(512, 500)]
    [InlineData(1_003, 300)]
    [InlineData(4_099, 100)]
    public void A_rows_token_is_the_cpus(int vocabulary, int rows) => Check(vocabulary, rows);

    [Fact]
    public void So_it_is_of_a_large_vocabulary() => Check(128_256, 8);

    // Borders of blocks lie where float32 sums have put them, and a sum in another order lies some billionths beside: draws so
    // near to a border that this decides.
    [Fact]
    public void Draws_at_the_borders_of_blocks_fall_to_the_same_side()
    {
        const ulong Tries = 6_000_000;
        var random = new Random(1);
        float[] logits = [.. Enumerable.Range(0, 128 * 512).Select(_ => (float)random.NextDouble() * 2)];
        var borders = Borders(logits);
        var sequences = new List<Sequence>();
        for (var rowKey = 0UL; rowKey < Tries; rowKey++)
        {
            var place = Philox.Uniform(0, rowKey, 1) * borders[^1];
            var next = Math.Min(borders.Length - 1, ~Array.BinarySearch(borders, place));
            var distance = Math.Min(borders[next] - place, next == 0 ? place : place - borders[next - 1]);
            if (distance < 7e-9 * borders[^1])
            {
                sequences.Add(Make([0], new SamplingParameters { Temperature = 1 }, [], rowKey));
            }
        }

        Assert.InRange(sequences.Count, 8, 20);
        float[][] rows = [.. sequences.Select(_ => logits)];
        Assert.Equal(Expected(rows, [.. sequences]), Choose(rows, [.. sequences]));
    }

    // As Candidates.Weigh lays blocks on the line at a temperature of 1.
    private static double[] Borders(float[] logits)
    {
        var (borders, max) = (new double[logits.Length / 512], Vector256.Create(logits.Max()));
        for (var block = 0; block < borders.Length; block++)
        {
            var sum = Vector256<float>.Zero;
            for (var i = block * 512; i < (block + 1) * 512; i += 8)
            {
                sum += Exponential.Of(Vector256.Create(logits.AsSpan(i)) - max);
            }

            borders[block] = Lanes.Sum(sum) + (block == 0 ? 0 : borders[block - 1]);
        }

        return borders;
    }

    [Fact]
    public void Weights_are_the_cpus_to_the_bit_down_to_where_they_are_zero()
    {
        float[] logits = [.. Enumerable.Range(0, 4_096).Select(id => id * -0.0251f)];
        var weights = EveryOrder.Run(device =>
        {
            using var product = device.Store(logits);
            using var chosen = device.Allocate(sizeof(int));
            var rows = new ChoiceRows();
            rows.Add(Make([0], new SamplingParameters { Temperature = 0.7 }, []), 0);
            Launch(device, product, rows, logits.Length, logits.Length, chosen);
            return device.Read<float>(product);
        });
        Assert.Equal(
            Array.ConvertAll(logits, logit => Exponential.Of(Vector256.Create(logit * (float)(1 / 0.7))).ToScalar()), weights);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Logits_that_are_not_finite_are_reported_wherever_they_stand(float bad)
    {
        var sampling = new SamplingParameters { Temperature = 1 };
        var logits = Enumerable.Range(0, 37).Select(row =>
            Enumerable.Range(0, 37).Select(id => id == row ? bad : id * 0.1f).ToArray()).ToArray();
        var sequences = Array.ConvertAll(logits, _ => Make([1], sampling, []));
        Assert.All(Choose(logits, sequences), token => Assert.Equal(IModelRunner.NotFinite, token));
    }

    [Fact]
    public void Temperatures_near_0_choose_as_the_cpu_does()
    {
        var random = new Random(5);
        double[] temperatures = [double.Epsilon, 1e-45, 2.9e-39, 2.95e-39, 1e-38, 1e-10];
        var logits = Enumerable.Range(0, 8 * temperatures.Length).Select(_ => RandomLogits(random, 1_003)).ToArray();
        var sequences = logits.Select((_, row) =>
            Make([1], RandomSampling(random, row) with { Temperature = temperatures[row % temperatures.Length] }, [2])).ToArray();
        var tokens = Choose(logits, sequences);
        Assert.Equal(Expected(logits, sequences), tokens);
        Assert.All(tokens, token => Assert.InRange(token, 0, 1_002));
    }

    [Fact]
    public void Greedy_takes_the_lowest_of_equal_logits()
    {
        var logits = new float[2][];
        logits[0] = [-1, 0, -0f, 0];
        logits[1] = [-3, -2, -2, -2];
        Assert.Equal([1, 1], Choose(logits, [Make([0], new(), []), Make([0], new(), [])]));
    }

    [Fact]
    public void A_token_that_only_the_device_knows_is_counted_and_moves_the_position()
    {
        var random = new Random(3);
        var logits = Enumerable.Range(0, 60).Select(_ => TestRows.Values(random, 20)).ToArray();
        var known = new Sequence[logits.Length];
        var pending = new Sequence[logits.Length];
        for (var row = 0; row < logits.Length; row++)
        {
            var sampling = RandomSampling(random, row) with { RepetitionPenalty = 1.7, FrequencyPenalty = 0.9 };
            known[row] = Make([1, 2, 3], sampling, [5, 6, row % 20]);
            pending[row] = Make([1, 2, 3], sampling, [5, 6]);
        }

        var tokens = EveryOrder.Run(device =>
        {
            using var chosen = device.Store([.. Enumerable.Range(0, logits.Length).Select(row => row % 20)]);
            return Launch(device, logits, pending, chosen, row => row);
        });
        Assert.Equal(Expected(logits, known), tokens);
    }

    [Fact]
    public void Integer_logits_are_scaled_first()
    {
        int[] products = [100, -50, 70, 0];
        float[] columns = [0.5f, 1, 2, 1];
        var tokens = EveryOrder.Run(device =>
        {
            using var logits = device.Store(products);
            using var columnScales = device.Store(columns);
            using var rowScales = device.Store([0.25f]);
            using var chosen = device.Store([0]);
            var rows = new ChoiceRows();
            rows.Add(Make([0], new SamplingParameters(), []), 0);
            using var rowMemory = device.Store(rows.Rows);
            new Choice(device, ElementType.Int32).Launch(1, new ChoiceArguments
            {
                Logits = logits.Address,
                RowScales = rowScales.Address,
                ColumnScales = columnScales.Address,
                Rows = rowMemory.Address,
                Chosen = chosen.Address,
                Vocabulary = 4,
                Stride = 4,
                Scale = 2,
            });
            Assert.Equal([25, -25, 70, 0], device.Read<float>(logits));
            return device.Read<int>(chosen);
        });
        Assert.Equal([2], tokens);
    }

    private void Check(int vocabulary, int rows)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var logits = new float[rows][];
        var sequences = new Sequence[rows];
        for (var row = 0; row < rows; row++)
        {
            logits[row] = RandomLogits(random, vocabulary);
            int[] prompt = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(vocabulary))];
            int[] generated = [.. Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(Math.Min(vocabulary, 12)))];
            sequences[row] = Make(prompt, RandomSampling(random, row), generated, (ulong)random.NextInt64());
        }

        Assert.Equal(Expected(logits, sequences), Choose(logits, sequences));
    }

    // Peaked as a model's are; flat; with many equal ones; all equal; with weights that underflow.
    private static float[] RandomLogits(Random random, int vocabulary)
    {
        var kind = random.Next(5);
        return [.. Enumerable.Range(0, vocabulary).Select(_ => kind switch
        {
            0 => (float)(random.NextDouble() * random.NextDouble() * random.NextDouble() * 25),
            1 => (float)random.NextDouble(),
            2 => random.Next(6) * 0.5f,
            3 => 1.5f,
            _ => (float)(random.NextDouble() * 400 - 200),
        })];
    }

    private static SamplingParameters RandomSampling(Random random, int row) => new()
    {
        Temperature = random.Next(4) == 0 ? 0 : 0.05 + 1.95 * random.NextDouble(),
        TopK = random.Next(3) switch { 0 => 0, 1 => random.Next(1, 60), _ => random.Next(1, 6_000) },
        TopP = random.Next(3) == 0 ? 1 : 0.01 + 0.99 * random.NextDouble(),
        Seed = (ulong)row * 0x9E37_79B9_7F4A_7C15,
        RepetitionPenalty = random.Next(3) == 0 ? 0.5 + random.NextDouble() : 1,
        PresencePenalty = random.Next(3) == 0 ? random.NextDouble() * 4 - 2 : 0,
        FrequencyPenalty = random.Next(3) == 0 ? random.NextDouble() * 4 - 2 : 0,
    };

    private static int[] Expected(float[][] logits, Sequence[] sequences)
    {
        var sampler = new TokenSampler(logits[0].Length);
        return [.. logits.Zip(sequences, (row, sequence) => sampler.Choose([.. row], sequence))];
    }

    private static int[] Choose(float[][] logits, Sequence[] sequences) => EveryOrder.Run(device =>
    {
        using var chosen = device.Allocate(logits.Length * sizeof(int));
        return Launch(device, logits, sequences, chosen, _ => null);
    });

    private static int[] Launch(
        EmulatedDevice device, float[][] logits, Sequence[] sequences, DeviceMemory chosen, Func<int, int?> pendingSlot)
    {
        var vocabulary = logits[0].Length;
        var stride = (vocabulary + 15) / 16 * 16;
        var rows = new ChoiceRows();
        var product = new float[logits.Length * stride];
        for (var row = 0; row < logits.Length; row++)
        {
            logits[row].CopyTo(product, row * stride);
            rows.Add(sequences[row], row, pendingSlot(row));
        }

        using var productMemory = device.Store(product);
        Launch(device, productMemory, rows, vocabulary, stride, chosen);
        return device.Read<int>(chosen);
    }

    private static void Launch(
        EmulatedDevice device, DeviceMemory product, ChoiceRows rows, int vocabulary, int stride, DeviceMemory chosen)
    {
        using var rowMemory = device.Store(rows.Rows);
        using var tokens = device.Store(rows.PenaltyTokens);
        using var counts = device.Store(rows.PenaltyCounts);
        new Choice(device, ElementType.Float32).Launch(rows.Rows.Length, new ChoiceArguments
        {
            Logits = product.Address,
            Rows = rowMemory.Address,
            PenaltyTokens = tokens.Address,
            PenaltyCounts = counts.Address,
            Chosen = chosen.Address,
            Vocabulary = vocabulary,
            Stride = stride,
            Scale = 1,
        });
    }

    private static Sequence Make(int[] prompt, SamplingParameters sampling, int[] generated, ulong rowKey = 0)
    {
        var sequence = new Sequence(new InferenceRequest(0, rowKey, prompt, sampling), generated.Length + 1);
        Array.ForEach(generated, sequence.Append);
        return sequence;
    }
}
