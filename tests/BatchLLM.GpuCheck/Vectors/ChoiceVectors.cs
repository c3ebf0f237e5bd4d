using System.Runtime.Intrinsics;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Engine.Layers;
using BatchLLM.Engine.Sampling;
using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Choices of tokens: the device's are the CPU's, token by token, as nothing in them is approximate.</summary>
internal static class ChoiceVectors
{
    // Weights that are summed as one.
    private const int BlockLength = 512;
    private const ulong BorderTries = 6_000_000;

    // Of the whole line: a sum in another order lies some billionths beside.
    private const double NearBorder = 7e-9;

    private static readonly Lazy<(float[] Logits, Sequence[] Sequences)> Near = new(FindNear);

    /// <summary>Logits, and sequences whose draws fall next to where float32 sums have put borders of blocks.</summary>
    public static (float[] Logits, Sequence[] Sequences) AtBorders => Near.Value;

    /// <summary>Draws so near to the borders of blocks that the order of float32 sums decides. // [rows]</summary>
    public static KernelVector Borders { get; } = new("choices at the borders of blocks", device =>
    {
        var (logits, sequences) = AtBorders;
        float[][] rows = [.. sequences.Select(_ => logits)];
        return VectorResult.Of(Expected(rows, sequences), ChoiceRun.Tokens(device, rows, sequences));
    });

    /// <summary>Weights of a draw, down to where they are zero.</summary>
    public static KernelVector Weights { get; } = new("weights of a draw", device =>
    {
        float[] logits = [.. Enumerable.Range(0, 4_096).Select(id => id * -0.0251f)];
        var expected = Array.ConvertAll(logits, logit => Exponential.Of(Vector256.Create(logit * (float)(1 / 0.7))).ToScalar());
        using var product = device.Store(logits);
        using var chosen = device.Allocate(sizeof(int));
        var rows = new ChoiceRows();
        rows.Add(Make([0], new SamplingParameters { Temperature = 0.7 }, []), 0);
        ChoiceRun.Launch(device, product, rows, logits.Length, logits.Length, chosen);
        return VectorResult.Of(expected, device.Read<float>(product));
    });

    /// <summary>Rows of random logits under random parameters.</summary>
    /// <param name="vocabulary">Tokens.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="seed">Another seed, other rows.</param>
    public static KernelVector Of(int vocabulary, int rows, int seed) => new($"choices among {vocabulary}, seed {seed}", device =>
    {
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

        return VectorResult.Of(Expected(logits, sequences), ChoiceRun.Tokens(device, logits, sequences));
    });

    /// <summary>What the CPU chooses. // [rows]</summary>
    public static int[] Expected(float[][] logits, Sequence[] sequences)
    {
        var sampler = new TokenSampler(logits[0].Length);
        return [.. logits.Zip(sequences, (row, sequence) => sampler.Choose([.. row], sequence))];
    }

    /// <summary>Parameters of all kinds.</summary>
    public static SamplingParameters RandomSampling(Random random, int row) => new()
    {
        Temperature = random.Next(4) == 0 ? 0 : 0.05 + 1.95 * random.NextDouble(),
        TopK = random.Next(3) switch { 0 => 0, 1 => random.Next(1, 60), _ => random.Next(1, 6_000) },
        TopP = random.Next(3) == 0 ? 1 : 0.01 + 0.99 * random.NextDouble(),
        Seed = (ulong)row * 0x9E37_79B9_7F4A_7C15,
        RepetitionPenalty = random.Next(3) == 0 ? 0.5 + random.NextDouble() : 1,
        PresencePenalty = random.Next(3) == 0 ? random.NextDouble() * 4 - 2 : 0,
        FrequencyPenalty = random.Next(3) == 0 ? random.NextDouble() * 4 - 2 : 0,
    };

    /// <summary>A sequence with some tokens generated.</summary>
    public static Sequence Make(int[] prompt, SamplingParameters sampling, int[] generated, ulong rowKey = 0)
    {
        var sequence = new Sequence(new InferenceRequest(0, rowKey, prompt, sampling), generated.Length + 1);
        Array.ForEach(generated, sequence.Append);
        return sequence;
    }

    /// <summary>Peaked as a model's are; flat; with many equal ones; all equal; with weights that underflow.</summary>
    public static float[] RandomLogits(Random random, int vocabulary)
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

    private static (float[] Logits, Sequence[] Sequences) FindNear()
    {
        var random = new Random(1);
        float[] logits = [.. Enumerable.Range(0, 128 * BlockLength).Select(_ => (float)random.NextDouble() * 2)];
        var borders = BlockBorders(logits);
        var sequences = new List<Sequence>();
        for (var rowKey = 0UL; rowKey < BorderTries; rowKey++)
        {
            var place = Philox.Uniform(0, rowKey, 1) * borders[^1];
            var next = Math.Min(borders.Length - 1, ~Array.BinarySearch(borders, place));
            var distance = Math.Min(borders[next] - place, next == 0 ? place : place - borders[next - 1]);
            if (distance < NearBorder * borders[^1])
            {
                sequences.Add(Make([0], new SamplingParameters { Temperature = 1 }, [], rowKey));
            }
        }

        return (logits, [.. sequences]);
    }

    // As Candidates.Weigh lays blocks on the line at a temperature of 1.
    private static double[] BlockBorders(float[] logits)
    {
        var (borders, max) = (new double[logits.Length / BlockLength], Vector256.Create(logits.Max()));
        for (var block = 0; block < borders.Length; block++)
        {
            var sum = Vector256<float>.Zero;
            for (var i = block * BlockLength; i < (block + 1) * BlockLength; i += 8)
            {
                sum += Exponential.Of(Vector256.Create(logits.AsSpan(i)) - max);
            }

            borders[block] = Lanes.Sum(sum) + (block == 0 ? 0 : borders[block - 1]);
        }

        return borders;
    }
}
