using BatchLLM.Engine.Compare;
using Xunit;

namespace BatchLLM.Tests.Compare;

public sealed class RougeLTests
{
    [Theory]
    [InlineData("police killed the gunman", "police kill the gunman", 0.75)] // Lin 2004, section 3.1, S1 and S2
    [InlineData("police killed the gunman", "the gunman kill police", 0.5)] // S1 and S3
    [InlineData("a b c d", "a b c d", 1)]
    [InlineData("a b c d", "d c b a", 0.25)]
    [InlineData("a b", "a x y b z q", 0.5)] // l = 2: 2 * 2 / (2 + 6)
    [InlineData("one two", "three", 0)]
    [InlineData("", "three", 0)]
    [InlineData("", " ,.", 1)]
    public void Examples_by_hand(string one, string other, double expected)
    {
        Assert.Equal(expected, RougeL.F1(one, other), 1e-12);
        Assert.Equal(expected, RougeL.F1(other, one), 1e-12);
    }

    [Fact]
    public void Words_are_runs_of_letters_and_digits_in_lower_case() => Assert.Equal(
        ["low", "error", "ce", "9208", "since", "v8", "2", "élan", "istanbul", "日本"],
        RougeL.Words("Low: ERROR CE-9208,since v8.2\tÉLAN ISTANBUL (日本)"));
}
