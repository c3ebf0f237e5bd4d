using BatchLLM.Inference;
using BatchLLM.Preflight;
using Xunit;

namespace BatchLLM.Tests.Preflight;

public sealed class PromptDigestTests
{
    private static readonly SamplingParameters Sampling = new();

    [Fact]
    public void Every_token_and_every_setting_counts()
    {
        SamplingParameters[] settings =
        [
            Sampling, Sampling with { MaxTokens = 1 }, Sampling with { Temperature = 1 }, Sampling with { TopP = 0.5 },
            Sampling with { TopK = 1 }, Sampling with { Seed = 1 }, Sampling with { RepetitionPenalty = 2 },
            Sampling with { PresencePenalty = 1 }, Sampling with { FrequencyPenalty = 1 }, Sampling with { Stop = ["a"] },
            Sampling with { Stop = ["a", "b"] }, Sampling with { Stop = ["ab"] },
        ];
        int[][] prompts =
            [[], [0], [0, 0], [0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0, 0], [1], [1, 0], [0, 1], [0, 0, 0, 0, 1], [1, 0, 0, 0, 0]];

        var digests = prompts.SelectMany(prompt => settings.Select(setting => PromptDigest.Of(prompt, setting))).ToArray();

        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void Each_bit_of_a_token_changes_about_half_the_bits()
    {
        int[] prompt = [.. Enumerable.Range(0, 9)];
        var digest = PromptDigest.Of(prompt, Sampling);
        for (var bit = 0; bit < prompt.Length * 32; bit++)
        {
            int[] other = [.. prompt];
            other[bit / 32] ^= 1 << (bit % 32);
            var (high, low) = PromptDigest.Of(other, Sampling);

            // 128 fair coins fall outside 34 to 94 once in ten million throws.
            Assert.InRange(
                System.Numerics.BitOperations.PopCount(high ^ digest.High)
                    + System.Numerics.BitOperations.PopCount(low ^ digest.Low), 34, 94);
        }
    }

    [Fact]
    public void The_same_row_has_the_same_digest() => Assert.Equal(
        PromptDigest.Of([1, 2, 3], new SamplingParameters { Stop = ["x"] }),
        PromptDigest.Of([1, 2, 3], new SamplingParameters { Stop = ["x"] }));
}
