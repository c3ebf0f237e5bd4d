using System.Text;
using BatchLLM.Webhooks;
using Xunit;

namespace BatchLLM.Tests.Webhooks;

public sealed class WebhookRetriesTests
{
    [Fact]
    public void A_message_that_nobody_takes_is_sent_ten_times_in_three_days()
    {
        var waited = TimeSpan.Zero;
        var attempts = 1;
        for (; WebhookRetries.Next(500, attempts) is { } wait; attempts++)
        {
            waited += wait;
        }

        Assert.Equal(10, attempts);
        Assert.InRange(waited, TimeSpan.FromDays(3), TimeSpan.FromDays(3.5));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    [InlineData(410)]
    public void A_message_that_was_taken_or_is_not_wanted_is_not_sent_again(int status) => Assert.Null(WebhookRetries.Next(status, 1));

    [Theory]
    [InlineData(null)]
    [InlineData(302)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(503)]
    public void Any_other_answer_and_none_is_trouble_that_may_pass(int? status) =>
        Assert.Equal(TimeSpan.FromSeconds(5), WebhookRetries.Next(status, 1));

    /// <summary>The example of the Standard Webhooks specification's own libraries (their test of a known signature).</summary>
    [Fact]
    public void A_signature_is_the_specification_s()
    {
        var secret = Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");

        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSigning.Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body));
        Assert.Equal("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", WebhookSigning.Show(secret));
    }
}
