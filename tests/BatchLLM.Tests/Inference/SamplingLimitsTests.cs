using System.Globalization;
using BatchLLM.Inference;
using Xunit;

namespace BatchLLM.Tests.Inference;

public sealed class SamplingLimitsTests
{
    private static readonly SamplingParameters Good = new();

    [Fact]
    public void The_defaults_are_within_their_limits() => Assert.Null(SamplingLimits.Check(Good));

    [Fact]
    public void The_edges_are_within_their_limits()
    {
        var edges = new SamplingParameters
        {
            MaxTokens = 1,
            Temperature = 2,
            TopP = double.Epsilon,
            TopK = 1_000_000,
            Seed = ulong.MaxValue,
            Stop = [.. Enumerable.Repeat("x", 16)],
            RepetitionPenalty = 10,
            PresencePenalty = -2,
            FrequencyPenalty = 2,
        };

        Assert.Null(SamplingLimits.Check(edges));
    }

    [Theory]
    [InlineData(0, "max_tokens is 0; expected 1 to 4096")]
    [InlineData(4097, "max_tokens is 4097; expected 1 to 4096")]
    [InlineData(long.MinValue, "max_tokens is -9223372036854775808; expected 1 to 4096")]
    public void Max_tokens_outside_the_context_is_refused(long value, string problem) =>
        Assert.Equal(problem, SamplingLimits.CheckMaxTokens(value, 4096));

    [Theory]
    [InlineData(-0.5, "temperature is -0.5; expected 0 to 2")]
    [InlineData(2.01, "temperature is 2.01; expected 0 to 2")]
    [InlineData(double.NaN, "temperature is NaN; expected 0 to 2")]
    [InlineData(double.PositiveInfinity, "temperature is Infinity; expected 0 to 2")]
    [InlineData(1e300, "temperature is 1E+300; expected 0 to 2")]
    [InlineData(-1e-45, "temperature is -1E-45; expected 0 to 2")]
    public void A_temperature_outside_its_range_is_refused(double value, string problem) =>
        Assert.Equal(problem, SamplingLimits.Check(Good with { Temperature = value }));

    [Theory]
    [InlineData(0, "top_p is 0; expected above 0 and at most 1")]
    [InlineData(1.5, "top_p is 1.5; expected above 0 and at most 1")]
    [InlineData(double.NaN, "top_p is NaN; expected above 0 and at most 1")]
    public void A_top_p_outside_its_range_is_refused(double value, string problem) =>
        Assert.Equal(problem, SamplingLimits.Check(Good with { TopP = value }));

    [Theory]
    [InlineData(-1, "top_k is -1; expected 0 to 1000000")]
    [InlineData(1_000_001, "top_k is 1000001; expected 0 to 1000000")]
    public void A_top_k_outside_its_range_is_refused(int value, string problem) =>
        Assert.Equal(problem, SamplingLimits.Check(Good with { TopK = value }));

    [Fact]
    public void Penalties_outside_their_ranges_are_refused()
    {
        Assert.Equal(
            "repetition_penalty is 0; expected above 0 and at most 10",
            SamplingLimits.Check(Good with { RepetitionPenalty = 0 }));
        Assert.Equal(
            "presence_penalty is 2.5; expected -2 to 2", SamplingLimits.Check(Good with { PresencePenalty = 2.5 }));
        Assert.Equal(
            "frequency_penalty is NaN; expected -2 to 2",
            SamplingLimits.Check(Good with { FrequencyPenalty = double.NaN }));
    }

    [Fact]
    public void Empty_and_too_many_stop_texts_are_refused_without_quoting_them()
    {
        Assert.Equal(
            "stop text 2 is empty; expected at least one character",
            SamplingLimits.Check(Good with { Stop = ["a", ""] }));
        Assert.Equal(
            "stop has 17 texts; expected at most 16",
            SamplingLimits.Check(Good with { Stop = [.. Enumerable.Repeat("secret", 17)] }));
    }

    [Fact]
    public void Messages_do_not_follow_the_machines_culture()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            Assert.Equal("temperature is 2.5; expected 0 to 2", SamplingLimits.CheckTemperature(2.5));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
