using BatchLLM.Blobs;
using Xunit;

namespace BatchLLM.Tests.Blobs;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("*.jsonl", "a.jsonl", true)]
    [InlineData("*.jsonl", "a.jsonl.gz", false)]
    [InlineData("*.jsonl", "d/a.jsonl", false)]
    [InlineData("*", "", false)]
    [InlineData("part-?.jsonl", "part-1.jsonl", true)]
    [InlineData("part-?.jsonl", "part-12.jsonl", false)]
    [InlineData("part-?.jsonl", "part-.jsonl", false)]
    [InlineData("?.jsonl", "😀.jsonl", true)]
    [InlineData("a*b*c", "a__b__b__c", true)]
    [InlineData("a*b*c", "a__b__b__", false)]
    [InlineData("**x", "aax", true)]
    [InlineData("**x", "a/x", false)]
    [InlineData("**/a.jsonl", "a.jsonl", true)]
    [InlineData("**/a.jsonl", "x/y/a.jsonl", true)]
    [InlineData("x/**/a.jsonl", "x/a.jsonl", true)]
    [InlineData("x/**/a.jsonl", "y/a.jsonl", false)]
    [InlineData("x/**", "x/y/z", true)]
    [InlineData("x/**", "y", false)]
    [InlineData("**/d/**/a", "d/d/d/a", true)]
    [InlineData("**/d/**/a", "d/d/d/b", false)]
    [InlineData("**/**/a", "a", true)]
    [InlineData("[ab].jsonl", "a.jsonl", false)]
    [InlineData("[ab].jsonl", "[ab].jsonl", true)]
    [InlineData("{a,b}", "{a,b}", true)]
    [InlineData("a%2Ab", "a*b", true)]
    [InlineData("a%2Ab", "axb", false)]
    [InlineData("a%3F", "a?", true)]
    [InlineData("a%20*", "a b", true)]
    [InlineData("*", ".hidden", false)]
    [InlineData("*", "_SUCCESS", false)]
    [InlineData("?SUCCESS", "_SUCCESS", false)]
    [InlineData("_*", "_SUCCESS", true)]
    [InlineData("part_*", "part_0", true)]
    [InlineData("?hidden", ".hidden", false)]
    [InlineData(".h*", ".hidden", true)]
    [InlineData("**/a", ".git/a", false)]
    [InlineData("**", ".git", false)]
    [InlineData("A", "a", false)]
    public void A_path_matches_as_documented(string pattern, string path, bool matches)
    {
        var glob = GlobPattern.Parse(pattern.Split('/'));
        var positions = path.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(glob.Start, (at, name) => glob.Advance(at, name));
        Assert.Equal(matches, glob.IsMatch(positions));
    }

    [Fact]
    public void Many_stars_take_no_exponential_time()
    {
        var glob = GlobPattern.Parse([string.Concat(Enumerable.Repeat("*a", 50)) + "b"]);
        Assert.Equal(0UL, glob.Advance(glob.Start, new string('a', 2000)));
    }

    [Fact]
    public void Any_depth_does_not_go_through_links()
    {
        var glob = GlobPattern.Parse(["**", "link", "*"]);
        var inLink = glob.Advance(glob.Start, "link", throughAnyDepth: false);
        Assert.True(glob.IsMatch(glob.Advance(inLink, "a")));
        Assert.Equal(0UL, glob.Advance(glob.Start, "other", throughAnyDepth: false));
    }

    [Fact]
    public void The_longest_pattern_still_matches()
    {
        var names = Enumerable.Repeat("**", GlobPattern.MaxSegments - 1).Append("a").ToArray();
        var glob = GlobPattern.Parse(names);
        Assert.True(glob.IsMatch(glob.Advance(glob.Start, "a")));
    }
}
