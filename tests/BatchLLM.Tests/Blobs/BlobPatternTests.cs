using BatchLLM.Blobs;
using Xunit;

namespace BatchLLM.Tests.Blobs;

public sealed class BlobPatternTests
{
    [Theory]
    [InlineData("file:///out/part-1.jsonl", "file:///out/part-1.jsonl", true)]
    [InlineData("file:///out/part-1.jsonl", "file:///out/part-1.jsonl.bak", false)]
    [InlineData("file:///out", "file:///out/part-1.jsonl", false)]
    [InlineData("file:///out/part-1.jsonl", "file:///out", false)]
    [InlineData("file:///out/*.jsonl", "file:///out/part-1.jsonl", true)]
    [InlineData("file:///out/*.jsonl", "file:///out/deep/part-1.jsonl", false)]
    [InlineData("file:///**/*.jsonl", "file:///out/deep/part-1.jsonl", true)]
    [InlineData("file:///out/**", "file:///out/part-1.jsonl", true)]
    [InlineData("file:///o*/part-?.jsonl", "file:///out/part-1.jsonl", true)]
    [InlineData("file:///out/*", "file:///out/.hidden", false)] // as a shell
    [InlineData("file:///out/**", "file:///out/_delta_log/00000010.checkpoint.parquet", false)] // as Spark
    [InlineData("file:///out/_delta_log/*", "file:///out/_delta_log/00000010.checkpoint.parquet", true)]
    [InlineData("file:///a%2Ab/*", "file:///a%2ab/part", true)]
    [InlineData("file:///a*b/*", "file:///a%2Ab/part", true)]
    [InlineData("file:///a%20b/part", "file:///a b/part", true)]
    [InlineData("az://account/box/out/*.jsonl", "az://account/box/out/part-1.jsonl", true)]
    [InlineData("az://account/box/out/*.jsonl", "az://other/box/out/part-1.jsonl", false)]
    [InlineData("s3://bucket/out/*", "az://bucket/out/part", false)]
    [InlineData("s3://bucket/out//*", "s3://bucket/out/part", true)] // in doubt, yes
    public void A_pattern_names_what_a_listing_would(string pattern, string uri, bool expected) =>
        Assert.Equal(expected, BlobPattern.Parse(pattern).Matches(BlobPath.Of(uri)));

    [Theory]
    [InlineData("out/*.jsonl", "file:///data/out/part.jsonl", true)]
    [InlineData("out/*.jsonl", "file:///data/.hidden/out/part.jsonl", true)]
    [InlineData("./out/part.jsonl", "file:///out/part.jsonl", true)]
    [InlineData("../out/part.jsonl", "file:///data/out/part.jsonl", true)]
    [InlineData("out/part.jsonl", "file:///data/other/part.jsonl", false)]
    [InlineData("out/part.jsonl", "file:///about/part.jsonl", false)]
    [InlineData("out", "file:///data/out/part.jsonl", false)]
    [InlineData("/data/out/*", "file:///data/out/part.jsonl", true)]
    [InlineData("/out/*", "file:///data/out/part.jsonl", false)]
    [InlineData("https://account.blob.core.windows.net/box/out/*", "az://account/box/out/part", true)]
    public void A_relative_path_names_what_it_would_from_any_directory(string text, string uri, bool expected) =>
        Assert.Equal(expected, BlobPattern.ParseText(text).Matches(BlobPath.Of(uri)));

    [Fact]
    public void A_pattern_too_long_to_be_decided_names_all_below_its_folder()
    {
        var pattern = BlobPattern.Parse("file:///out/" + string.Join('/', Enumerable.Repeat("*", 64)));

        Assert.True(pattern.Matches(BlobPath.Of("file:///out/part")));
        Assert.False(pattern.Matches(BlobPath.Of("file:///in/part")));
    }
}
