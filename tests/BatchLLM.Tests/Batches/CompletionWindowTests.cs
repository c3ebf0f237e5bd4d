using BatchLLM.Batches;
using Xunit;

namespace BatchLLM.Tests.Batches;

public sealed class CompletionWindowTests
{
    [Theory]
    [InlineData("24h", 86_400)]
    [InlineData("7d", 604_800)]
    [InlineData("90s", 90)]
    [InlineData("2w", 1_209_600)]
    [InlineData("1d12h", 129_600)]
    [InlineData("0d5m", 300)]
    [InlineData("3650d", 315_360_000)]
    public void Numbers_with_units_are_added_up(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), CompletionWindow.Read(text));

    [Theory]
    [InlineData("")]
    [InlineData("24")]
    [InlineData("h")]
    [InlineData("0h")]
    [InlineData("-1h")]
    [InlineData("1.5h")]
    [InlineData("24 h")]
    [InlineData("24H")]
    [InlineData("1y")]
    [InlineData("3651d")]
    [InlineData("3650d1s")]
    [InlineData("99999999999999999999h")]
    [InlineData("2147483647w")]
    [InlineData("١h")]
    [InlineData("'; drop table batchllm.batches; --")]
    public void Anything_else_is_no_time(string text) => Assert.Null(CompletionWindow.Read(text));
}
