using BatchLLM.Engine.Sampling;
using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Engine;

public sealed class SamplingTests
{
    // Known answers of the Random123 distribution (kat_vectors, philox 4x32 10).
    [Theory]
    [InlineData(new uint[] { 0, 0, 0, 0 }, new uint[] { 0, 0 }, new uint[] { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 })]
    [InlineData(
        new uint[] { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, new uint[] { 0xffffffff, 0xffffffff },
        new uint[] { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd })]
    [InlineData(
        new uint[] { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, new uint[] { 0xa4093822, 0x299f31d0 },
        new uint[] { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 })]
    public void Philox_gives_the_published_words(uint[] counter, uint[] key, uint[] expected)
    {
        var (x0, x1, x2, x3) = Philox.Words((counter[0], counter[1], counter[2], counter[3]), (key[0], key[1]));
        Assert.Equal(expected, new[] { x0, x1, x2, x3 });
    }

    [Fact]
    public void Greedy_takes_the_lowest_of_equal_logits()
    {
        foreach (var length in new[] { 3, 8, 9, 31 })
        {
            var logits = new float[length];
            logits[1] = logits[length - 1] = 2;
            Assert.Equal(1, Choose(logits, new SamplingParameters()));
        }
    }

    // 1 / 2.94e-39 is the largest finite float32, about; logits times infinity are no numbers that a token could be drawn by.
    [Theory]
    [InlineData(double.Epsilon)]
    [InlineData(1e-45)]
    [InlineData(2.9e-39)]
    [InlineData(2.95e-39)]
    [InlineData(1e-38)]
    [InlineData(1e-10)]
    public void A_temperature_near_0_takes_the_largest_logit(double temperature)
    {
        foreach (var length in new[] { 3, 8, 31, 1_003 })
        {
            float[] logits = [.. Enumerable.Range(0, length).Select(id => id == length / 2 ? 2 : id % 7 * 0.25f - 30)];
            foreach (var sampling in new[] { new SamplingParameters(), new() { TopK = 2 }, new() { TopP = 0.5 }, new() { TopK = 5, TopP = 0.9 } })
            {
                Assert.Equal(length / 2, Choose([.. logits], sampling with { Temperature = temperature }));
            }
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Logits_that_are_not_finite_are_reported_wherever_they_stand(float bad)
    {
        for (var i = 0; i < 19; i++)
        {
            var logits = new float[19];
            logits[i] = bad;
            Assert.Equal(IModelRunner.NotFinite, Choose(logits, new SamplingParameters()));
        }
    }

    [Fact]
    public void Repetition_penalty_shrinks_what_was_seen_in_prompt_or_completion()
    {
        float[] logits = [4, -1, 3.5f, -3, 0];
        var sampling = new SamplingParameters { RepetitionPenalty = 2 };
        Assert.Equal(2, Choose(logits, sampling, prompt: [0, 0, 1], generated: [3]));
        Assert.Equal([2, -2, 3.5f, -6, 0], logits);
    }

    [Fact]
    public void Presence_and_frequency_penalties_count_the_completion_only()
    {
        float[] logits = [5, 4, 3, 0];
        var sampling = new SamplingParameters { PresencePenalty = 1, FrequencyPenalty = 0.5 };
        Assert.Equal(0, Choose(logits, sampling, prompt: [0, 0, 0], generated: [1, 1, 2]));
        Assert.Equal([5, 2, 1.5f, 0], logits);
    }

    [Fact]
    public void Penalties_leave_no_trace_for_the_next_row()
    {
        var sampler = new TokenSampler(4);
        var sampling = new SamplingParameters { RepetitionPenalty = 2, PresencePenalty = 1, FrequencyPenalty = 1 };
        sampler.Choose(new float[4], MakeSequence([0, 1, 2], sampling, [2, 3, 3]));
        float[] logits = [1, 1, 1, 1];
        sampler.Choose(logits, MakeSequence([0], sampling, [1]));
        Assert.Equal([0.5f, -1.5f, 1, 1], logits);
    }

    [Fact]
    public void Draws_follow_the_softmax()
    {
        float[] logits = [1, 0, 2, -1, 0.5f, 0, 0, 0, 0];
        foreach (var temperature in new[] { 0.7, 1.0, 2.0 })
        {
            AssertFrequencies(Softmax(logits, temperature, _ => true), logits, new SamplingParameters { Temperature = temperature });
        }
    }

    [Fact]
    public void Top_k_keeps_the_best_and_of_equal_ones_the_lower_ids()
    {
        float[] logits = [1, 0, 2, -1, 0.5f, 0, 0, 0, 0];
        AssertFrequencies(
            Softmax(logits, 1, id => id is 0 or 1 or 2 or 4), logits, new SamplingParameters { Temperature = 1, TopK = 4 });
    }

    [Fact]
    public void Top_p_keeps_the_smallest_set_that_reaches_it()
    {
        // Probabilities 0.5, 0.3, 0.15, 0.05: 0.79 needs the first two.
        var logits = new[] { 0.15, 0.5, 0.05, 0.3 }.Select(p => (float)Math.Log(p)).ToArray();
        AssertFrequencies(
            Softmax(logits, 1, id => id is 1 or 3), logits, new SamplingParameters { Temperature = 1, TopP = 0.79 });
        AssertFrequencies(
            Softmax(logits, 1, id => id is 0 or 1 or 3), logits, new SamplingParameters { Temperature = 1, TopP = 0.81 });
    }

    [Fact]
    public void Top_p_works_on_what_top_k_left()
    {
        // Of 0.5 and 0.3 alone, the first has 0.625.
        var logits = new[] { 0.15, 0.5, 0.05, 0.3 }.Select(p => (float)Math.Log(p)).ToArray();
        AssertFrequencies(
            Softmax(logits, 1, id => id == 1), logits, new SamplingParameters { Temperature = 1, TopK = 2, TopP = 0.6 });
    }

    [Fact]
    public void A_tiny_top_p_and_a_top_k_of_one_are_greedy()
    {
        float[] logits = [1, 3, 2];
        Assert.Equal(1, Choose([.. logits], new SamplingParameters { Temperature = 2, TopP = 1e-9 }));
        Assert.Equal(1, Choose([.. logits], new SamplingParameters { Temperature = 2, TopK = 1 }));
    }

    [Fact]
    public void Heap_gives_the_same_nucleus_as_sorting()
    {
        var random = new Random(9);
        var sampler = new TokenSampler(500);
        for (var round = 0; round < 200; round++)
        {
            var logits = Enumerable.Range(0, 500).Select(_ => (float)(random.NextDouble() * 8 - random.Next(2))).ToArray();
            var sampling = new SamplingParameters
            {
                Temperature = 0.3 + random.NextDouble(),
                TopK = random.Next(3) == 0 ? random.Next(1, 600) : 0,
                TopP = 0.05 + 0.9 * random.NextDouble(),
                Seed = (ulong)round,
            };
            var allowed = NucleusBySorting(logits, sampling);
            for (var row = 0UL; row < 20; row++)
            {
                Assert.Contains(sampler.Choose(logits, MakeSequence([1], sampling, [], row)), allowed);
            }
        }
    }

    private static HashSet<int> NucleusBySorting(float[] logits, SamplingParameters sampling)
    {
        var p = logits.Select((l, id) => (Id: id, Weight: Math.Exp((l - logits.Max()) / sampling.Temperature)))
            .OrderByDescending(t => t.Weight).ThenBy(t => t.Id).Take(sampling.TopK == 0 ? int.MaxValue : sampling.TopK).ToList();
        var total = p.Sum(t => t.Weight);
        var sum = 0.0;
        return [.. p.TakeWhile(t => (sum += t.Weight) - t.Weight < sampling.TopP * total).Select(t => t.Id)];
    }

    private static double[] Softmax(float[] logits, double temperature, Func<int, bool> keeps)
    {
        var weights = logits.Select((l, id) => keeps(id) ? Math.Exp(l / temperature) : 0).ToArray();
        return [.. weights.Select(w => w / weights.Sum())];
    }

    // Four standard deviations of a binomial count, at fixed seeds: passes always or never.
    private static void AssertFrequencies(double[] expected, float[] logits, SamplingParameters sampling)
    {
        const int Draws = 20_000;
        var sampler = new TokenSampler(logits.Length);
        var counts = new int[logits.Length];
        for (var row = 0UL; row < Draws; row++)
        {
            counts[sampler.Choose(logits, MakeSequence([1], sampling with { Seed = 42 }, [], row))]++;
        }

        for (var id = 0; id < counts.Length; id++)
        {
            var deviation = Math.Sqrt(Draws * expected[id] * (1 - expected[id]));
            Assert.InRange(counts[id], Draws * expected[id] - 4 * deviation - 1e-9, Draws * expected[id] + 4 * deviation + 1e-9);
        }
    }

    private static int Choose(float[] logits, SamplingParameters sampling, int[]? prompt = null, int[]? generated = null) =>
        new TokenSampler(logits.Length).Choose(logits, MakeSequence(prompt ?? [0], sampling, generated ?? []));

    private static Sequence MakeSequence(int[] prompt, SamplingParameters sampling, int[] generated, ulong rowKey = 0)
    {
        var sequence = new Sequence(new InferenceRequest(0, rowKey, prompt, sampling), generated.Length + 1);
        Array.ForEach(generated, sequence.Append);
        return sequence;
    }
}
