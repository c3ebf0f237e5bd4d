using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Vectors;
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
        Assert.InRange(ChoiceVectors.AtBorders.Sequences.Length, 8, 20);
        EveryOrder.Holds(ChoiceVectors.Borders);
    }

    [Fact]
    public void Weights_are_the_cpus_to_the_bit_down_to_where_they_are_zero() => EveryOrder.Holds(ChoiceVectors.Weights);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Logits_that_are_not_finite_are_reported_wherever_they_stand(float bad)
    {
        var sampling = new SamplingParameters { Temperature = 1 };
        var logits = Enumerable.Range(0, 37).Select(row =>
            Enumerable.Range(0, 37).Select(id => id == row ? bad : id * 0.1f).ToArray()).ToArray();
        var sequences = Array.ConvertAll(logits, _ => ChoiceVectors.Make([1], sampling, []));
        Assert.All(Choose(logits, sequences), token => Assert.Equal(IModelRunner.NotFinite, token));
    }

    [Fact]
    public void Temperatures_near_0_choose_as_the_cpu_does()
    {
        var random = new Random(5);
        double[] temperatures = [double.Epsilon, 1e-45, 2.9e-39, 2.95e-39, 1e-38, 1e-10];
        var logits = Enumerable.Range(0, 8 * temperatures.Length).Select(_ => ChoiceVectors.RandomLogits(random, 1_003)).ToArray();
        var sequences = logits.Select((_, row) =>
            ChoiceVectors.Make([1], ChoiceVectors.RandomSampling(random, row) with { Temperature = temperatures[row % temperatures.Length] }, [2])).ToArray();
        var tokens = Choose(logits, sequences);
        Assert.Equal(ChoiceVectors.Expected(logits, sequences), tokens);
        Assert.All(tokens, token => Assert.InRange(token, 0, 1_002));
    }

    [Fact]
    public void Greedy_takes_the_lowest_of_equal_logits()
    {
        var logits = new float[2][];
        logits[0] = [-1, 0, -0f, 0];
        logits[1] = [-3, -2, -2, -2];
        Assert.Equal([1, 1], Choose(logits, [ChoiceVectors.Make([0], new(), []), ChoiceVectors.Make([0], new(), [])]));
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
            var sampling = ChoiceVectors.RandomSampling(random, row) with { RepetitionPenalty = 1.7, FrequencyPenalty = 0.9 };
            known[row] = ChoiceVectors.Make([1, 2, 3], sampling, [5, 6, row % 20]);
            pending[row] = ChoiceVectors.Make([1, 2, 3], sampling, [5, 6]);
        }

        var tokens = EveryOrder.Run(device =>
        {
            using var chosen = device.Store([.. Enumerable.Range(0, logits.Length).Select(row => row % 20)]);
            return ChoiceRun.Tokens(device, logits, pending, chosen, row => row);
        });
        Assert.Equal(ChoiceVectors.Expected(logits, known), tokens);
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
            rows.Add(ChoiceVectors.Make([0], new SamplingParameters(), []), 0);
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
        EveryOrder.Holds(ChoiceVectors.Of(vocabulary, rows, seed));
    }

    private static int[] Choose(float[][] logits, Sequence[] sequences) =>
        EveryOrder.Run(device => ChoiceRun.Tokens(device, logits, sequences));
}
