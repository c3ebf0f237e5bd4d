using BatchLLM.Blobs.Files;
using Xunit;

namespace BatchLLM.Tests.Blobs.Files;

public sealed class FileUriTests
{
    [Theory]
    [InlineData("tickets.jsonl", "file:///jobs/a/tickets.jsonl")]
    [InlineData("./in/../tickets.jsonl", "file:///jobs/a/tickets.jsonl")]
    [InlineData("../b", "file:///jobs/b")]
    [InlineData("/data/x.jsonl", "file:///data/x.jsonl")]
    [InlineData("out/", "file:///jobs/a/out")]
    [InlineData("/", "file:///")]
    [InlineData("a b.jsonl", "file:///jobs/a/a%20b.jsonl")]
    [InlineData("100%#1.jsonl", "file:///jobs/a/100%25%231.jsonl")]
    [InlineData("größe/日.jsonl", "file:///jobs/a/gr%C3%B6%C3%9Fe/%E6%97%A5.jsonl")]
    [InlineData("year=2026/a,b;c@d:e.jsonl", "file:///jobs/a/year=2026/a,b;c@d:e.jsonl")]
    [InlineData("in/**/part-?.jsonl", "file:///jobs/a/in/**/part-?.jsonl")]
    [InlineData("in[1].jsonl", "file:///jobs/a/in%5B1%5D.jsonl")]
    [InlineData("a%2Ab", "file:///jobs/a/a%252Ab")]
    public void A_path_becomes_an_absolute_uri(string path, string uri) =>
        Assert.Equal(uri, FileUri.FromPath(path, "/jobs/a"));

    [Theory]
    [InlineData("file:///data/a%20b.jsonl", "file:///data/a%20b.jsonl")]
    [InlineData("file:/data/a.jsonl", "file:///data/a.jsonl")]
    [InlineData("FILE://localhost/data/a.jsonl", "file:///data/a.jsonl")]
    [InlineData("file:///data/../a b/*.jsonl", "file:///a%20b/*.jsonl")]
    [InlineData("file:///data/a%2Ab.jsonl", "file:///data/a%2Ab.jsonl")]
    public void A_file_uri_is_made_canonical(string text, string uri) =>
        Assert.Equal(uri, FileUri.FromPath(text, "/jobs/a"));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("s3://bucket/a.jsonl")]
    [InlineData("https://host/a.jsonl")]
    [InlineData("file://server/share/a.jsonl")]
    [InlineData("file:a.jsonl")]
    [InlineData("a\0b")]
    public void What_is_not_local_is_refused(string text) =>
        Assert.Throws<BatchLLMException>(() => FileUri.FromPath(text, "/jobs/a"));

    [Theory]
    [InlineData("/data/a b%20#?.jsonl")]
    [InlineData("/data/größe*[1].jsonl")]
    [InlineData("/😀/!$&'()+,;=:@~")]
    public void An_exact_path_comes_back_from_its_uri_and_holds_no_glob(string path)
    {
        var uri = FileUri.FromExactPath(path);
        Assert.Equal(path, FileUri.ToPath(uri));
        Assert.DoesNotContain('*', uri);
        Assert.DoesNotContain('?', uri);
    }
}
