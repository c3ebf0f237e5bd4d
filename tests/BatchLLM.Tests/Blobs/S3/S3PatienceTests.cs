using BatchLLM.Blobs.S3;
using Xunit;

namespace BatchLLM.Tests.Blobs.S3;

public sealed class S3PatienceTests
{
    private static readonly S3Patience Patience = new()
    {
        FirstDelay = TimeSpan.FromSeconds(1),
        LongestDelay = TimeSpan.FromSeconds(10),
    };

    [Theory]
    [InlineData(1, 0.5, 1)]
    [InlineData(2, 0.5, 2)]
    [InlineData(4, 0.5, 8)]
    [InlineData(5, 0.5, 10)]
    [InlineData(100, 0.5, 10)]
    [InlineData(1, 0, 0.8)]
    [InlineData(3, 1, 4.8)]
    public void The_delay_doubles_up_to_a_limit_a_fifth_more_or_less(int retry, double chance, double seconds) =>
        Assert.Equal(seconds, Patience.Delay(retry, chance, retryAfter: null).TotalSeconds, 9);

    [Theory]
    [InlineData(60, 60)]
    [InlineData(0.1, 1)]
    [InlineData(-5, 1)]
    public void What_the_answer_asks_for_counts_where_it_is_longer(double asked, double seconds) =>
        Assert.Equal(seconds, Patience.Delay(1, 0.5, TimeSpan.FromSeconds(asked)).TotalSeconds, 9);
}
