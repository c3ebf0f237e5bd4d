using BatchLLM.Blobs;
using Xunit;

namespace BatchLLM.Tests.Blobs;

public sealed class BlobRootsTests
{
    private static readonly BlobRoots Roots = new(["file:///srv/data", "s3://bucket/in", "az://acct/files"]);

    [Theory]
    [InlineData("/srv/data")]
    [InlineData("/srv/data/a.jsonl")]
    [InlineData("/srv/data/dt=2026-11-20/*.parquet")]
    [InlineData("/srv/data/**/..a..jsonl")]
    [InlineData("/srv/other/../data/a.jsonl")]
    [InlineData("file:///srv/data/a%20b.jsonl")]
    [InlineData("file:///srv/d%61ta/a.jsonl")]
    [InlineData("FILE:/srv/data/a.jsonl")]
    [InlineData("a.jsonl")]
    [InlineData("s3://bucket/in/a.jsonl")]
    [InlineData("S3://bucket/in/**")]
    [InlineData("az://acct/files/x/y.jsonl")]
    [InlineData("https://acct.blob.core.windows.net/files/a.jsonl")]
    public void What_lies_in_a_root_is_held(string address) => Assert.True(Roots.Hold(Absolute(address)));

    [Theory]
    [InlineData("/srv/data/../secret.jsonl")]
    [InlineData("../secret.jsonl")]
    [InlineData("/srv/data2/a.jsonl")]
    [InlineData("/srv/dat?/a.jsonl")]
    [InlineData("/srv/*/a.jsonl")]
    [InlineData("/srv/**/a.jsonl")]
    [InlineData("/srv/data/*/../../x")]
    [InlineData("/srv")]
    [InlineData("/")]
    [InlineData("/SRV/data/a.jsonl")]
    [InlineData("/srv/Data/a.jsonl")]
    [InlineData("file:///srv/data/..%2F..%2Fetc%2Fpasswd")]
    [InlineData("file:///srv/data/%2E%2E/%2e%2e/etc/passwd")]
    [InlineData("file:///srv/data/a%2Fb")]
    [InlineData("file:///srv/data/a%00.jsonl")]
    [InlineData("file:///srv%2Fdata/a.jsonl")]
    [InlineData("file:///srv/dat%2A/a.jsonl")]
    [InlineData("file://localhost/etc/passwd")]
    [InlineData("s3://bucket/in2/a.jsonl")]
    [InlineData("s3://bucket/a.jsonl")]
    [InlineData("s3://bucket/in/../secret")]
    [InlineData("s3://bucket/in/%2e%2e/secret")]
    [InlineData("s3://other/in/a.jsonl")]
    [InlineData("s3://bucket/*/a.jsonl")]
    [InlineData("az://acct/other/a.jsonl")]
    [InlineData("az://acct2/files/a.jsonl")]
    public void What_does_not_is_not(string address) => Assert.False(Roots.Hold(Absolute(address)));

    [Fact]
    public void Escapes_are_undone_once_as_the_stores_do()
    {
        // The file's own name is "%2e%2e": no way upwards.
        Assert.True(Roots.Hold(Absolute("file:///srv/data/%252e%252e/a.jsonl")));
        Assert.Equal("/srv/data/%2e%2e/a.jsonl", BatchLLM.Blobs.Files.FileUri.ToPath("file:///srv/data/%252e%252e/a.jsonl"));
    }

    [Fact]
    public void No_roots_hold_nothing() => Assert.False(new BlobRoots([]).Hold("file:///srv/data/a.jsonl"));

    [Fact]
    public void The_root_of_all_files_holds_them() => Assert.True(new BlobRoots(["file:///"]).Hold("file:///etc/hosts"));

    [Theory]
    [InlineData("file:///srv/*")]
    [InlineData("file:///srv/%2e%2e")]
    [InlineData("/srv/data")]
    public void A_root_is_a_plain_address(string uri) => Assert.Throws<BatchLLMException>(() => new BlobRoots([uri]));

    private static string Absolute(string address) => BlobUri.FromText(address, "/srv/data");
}
