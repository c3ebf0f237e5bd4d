using BatchLLM.Access;
using Xunit;

namespace BatchLLM.Tests.Access;

public sealed class AccessTokenTests
{
    [Fact]
    public void Tokens_differ_and_so_do_their_digests()
    {
        var tokens = Enumerable.Range(0, 100).Select(_ => AccessToken.Create()).ToList();

        Assert.All(tokens, token => Assert.Matches("^bllm_[A-Za-z0-9_-]{43}$", token));
        Assert.Equal(100, tokens.Select(AccessToken.DigestOf).Distinct().Count());
    }

    [Fact]
    public void A_digest_is_the_sha256_of_the_whole_token() => Assert.Equal(
        "3e765d322e903847ff076eda43c82e534b89008d1b1e033e217a580ba948d9de",
        AccessToken.DigestOf("bllm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));

    [Theory]
    [InlineData("")]
    [InlineData("bllm_")]
    [InlineData("BLLM_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("bllm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("bllm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("bllm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+A")]
    [InlineData("bllm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAé")]
    [InlineData("bllm_' or 1=1 --                              ")]
    public void What_cannot_be_a_token_has_none(string text) => Assert.Null(AccessToken.DigestOf(text));
}
