using BatchLLM.Blobs.Files;
using Xunit;

namespace BatchLLM.Tests.Blobs.Files;

public sealed class FileLinksTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_link_on_the_way_is_followed_and_so_are_links_behind_it()
    {
        Directory.CreateDirectory(_folder.File("real/deep"));
        Directory.CreateSymbolicLink(_folder.File("absolute"), _folder.File("real"));
        Directory.CreateSymbolicLink(_folder.File("real/relative"), "../absolute/./deep");

        Assert.Equal(_folder.File("real/deep/a.jsonl"), FileLinks.FollowPath(_folder.File("absolute/relative/a.jsonl")));
    }

    [Fact]
    public void What_follows_a_glob_is_left_as_it_is()
    {
        Directory.CreateSymbolicLink(_folder.File("out"), "/etc");

        Assert.Equal("file:///etc/*/a%20b", FileLinks.FollowUri($"{_folder.Uri}/out/*/a%20b"));
        Assert.Equal("file:///*", FileLinks.FollowUri("file:///*"));
    }

    [Fact]
    public void What_is_not_there_is_no_link()
    {
        var missing = $"{_folder.Uri}/no/such/a%2Ab.jsonl";

        Assert.Equal(missing, FileLinks.FollowUri(missing));
        Assert.Equal("s3://bucket/a", FileLinks.FollowUri("s3://bucket/a"));
    }

    [Fact]
    public void A_circle_is_an_error()
    {
        File.CreateSymbolicLink(_folder.File("a"), _folder.File("b"));
        File.CreateSymbolicLink(_folder.File("b"), _folder.File("a"));

        var error = Assert.Throws<BatchLLMException>(() => FileLinks.FollowPath(_folder.File("a/x")));
        Assert.Contains("circle", error.Message, StringComparison.Ordinal);
    }
}
