using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class SeriesKeyTests
{
    [Theory]
    [InlineData("name=tonight")]
    [InlineData("output.uri=other")]
    [InlineData("output.format=parquet")]
    [InlineData("sampling.seed=9")]
    [InlineData("policies.error_budget=5")]
    public void What_changes_from_night_to_night_does_not_decide_the_series(string setting) => Assert.Equal(Key(), Key(setting));

    [Theory]
    [InlineData("prompt.text=other")]
    [InlineData("sampling.max_tokens=9")]
    [InlineData("sampling.temperature=0.5")]
    [InlineData("sampling.stop=x")]
    public void What_decides_the_lengths_decides_the_series(string setting) => Assert.NotEqual(Key(), Key(setting));

    [Fact]
    public void The_model_decides_the_series() =>
        Assert.NotEqual(Key(), SeriesKey.Compute(JobSchema.Parse(JobSchema.Minimal()).Require(), "another"));

    private static string Key(params string[] settings) =>
        SeriesKey.Compute(JobSchema.Parse(JobSchema.Minimal(), settings).Require(), "model");
}
