using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Host.Bench;

/// <summary>Makes a combination's sequences, of random token ids; the same for every run.</summary>
internal static class BenchSequences
{
    private const int Seed = 1;

    /// <summary>Fresh sequences that know their prompts.</summary>
    /// <param name="combination">How many, and how long.</param>
    /// <param name="limits">The runner's sizes.</param>
    public static IReadOnlyList<Sequence> Make(BenchCombination combination, RunnerLimits limits)
    {
        var random = new Random(Seed);
        var sequences = new List<Sequence>(combination.Batch);
        foreach (var members in Enumerable.Range(0, combination.Batch).Chunk(combination.Group))
        {
            var front = Tokens(random, combination.Shared, limits);
            var prefix = Prefix(combination, members.Length, limits);
            sequences.AddRange(members.Select(index => new Sequence(
                Request(index, [.. front, .. Tokens(random, combination.Prompt - combination.Shared, limits)], combination),
                combination.Output + 1)
            {
                SharedPrefix = prefix,
            }));
        }

        return sequences;
    }

    // Whole blocks, and not a prompt's last position, whose logits choose the first token.
    private static SharedPrefix? Prefix(BenchCombination combination, int members, RunnerLimits limits)
    {
        var shared = Math.Min(combination.Shared, combination.Prompt - 1) / limits.KvBlockTokens * limits.KvBlockTokens;
        return shared > 0 && members > 1 ? new SharedPrefix(shared) : null;
    }

    private static InferenceRequest Request(int index, int[] prompt, BenchCombination combination) =>
        new(index, (ulong)index, prompt, new SamplingParameters { MaxTokens = combination.Output + 1 });

    private static int[] Tokens(Random random, int count, RunnerLimits limits)
    {
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            tokens[i] = random.Next(limits.VocabularySize);
        }

        return tokens;
    }
}
