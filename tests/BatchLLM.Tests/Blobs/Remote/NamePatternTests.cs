using BatchLLM.Blobs.Remote;
using Xunit;

namespace BatchLLM.Tests.Blobs.Remote;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("*", "")]
    [InlineData("d/part-*.jsonl", "d/part-")]
    [InlineData("d/**/a.jsonl", "d/")]
    [InlineData("dt=2026-?0/*/x", "dt=2026-")]
    [InlineData("a%20b%2A/%C3%BC*", "a b*/ü")]
    public void The_service_is_asked_for_what_stands_before_the_first_glob(string pattern, string prefix) =>
        Assert.Equal(prefix, NamePattern.Parse(pattern, pattern).Prefix);

    [Theory]
    [InlineData("d/*.jsonl", "d/a.jsonl", true)]
    [InlineData("d/*.jsonl", "d/e/a.jsonl", false)]
    [InlineData("d/**", "d/e/a.jsonl", true)]
    [InlineData("d/**", "d//a.jsonl", true)]
    [InlineData("d/p*/x", "d/part/x", true)]
    [InlineData("d/p*/x", "d/part/x/y", false)]
    [InlineData("a%2A/*", "a*/b", true)]
    public void The_pattern_chooses_among_names_with_its_prefix(string pattern, string name, bool matches) =>
        Assert.Equal(matches, NamePattern.Parse(pattern, pattern).IsMatch(name));

    [Fact]
    public void Too_many_parts_are_refused_by_the_pattern_s_name()
    {
        var pattern = string.Concat(Enumerable.Repeat("*/", 70)) + "x";
        var e = Assert.Throws<BatchLLMException>(() => NamePattern.Parse(pattern, "s3://bucket/" + pattern));
        Assert.StartsWith("'s3://bucket/*/*/", e.Message, StringComparison.Ordinal);
    }
}
