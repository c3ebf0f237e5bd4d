using BatchLLM.Blobs;
using Xunit;

namespace BatchLLM.Tests.Blobs.S3;

public sealed class S3UriTests
{
    [Theory]
    [InlineData("s3://bucket/a.jsonl", "s3://bucket/a.jsonl")]
    [InlineData("S3://my.bucket-1/input/", "s3://my.bucket-1/input")]
    [InlineData("s3://bucket", "s3://bucket/")]
    [InlineData("s3://bucket/", "s3://bucket/")]
    [InlineData("s3://bucket/**/part-?.jsonl", "s3://bucket/**/part-?.jsonl")]
    [InlineData("s3://bucket/a b%2Aü@1+2.jsonl", "s3://bucket/a%20b%2A%C3%BC@1+2.jsonl")]
    [InlineData("s3://bucket/dt=2026-11-20/x//y", "s3://bucket/dt=2026-11-20/x//y")]
    public void An_address_has_one_stored_form(string text, string uri)
    {
        Assert.Equal(uri, BlobUri.FromText(text, "/jobs"));
        Assert.Equal(uri, BlobUri.FromText(uri, "/jobs"));
    }

    [Theory]
    [InlineData("s3://")]
    [InlineData("s3:///a")]
    [InlineData("s3://ab/a")]
    [InlineData("s3://Bucket/a")]
    [InlineData("s3://-bucket/a")]
    [InlineData("s3://bucket:9000/a")]
    public void Other_addresses_are_refused(string text)
    {
        var e = Assert.Throws<BatchLLMException>(() => BlobUri.FromText(text, "/jobs"));
        Assert.Contains("expected s3://bucket/key", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://bucket/a.jsonl?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=PRIVATE")]
    [InlineData("s3://bucket/a.jsonl?x-amz-security-token=PRIVATE")]
    [InlineData("s3://bucket/a?AWSAccessKeyId=AKIA&Expires=1&Signature=PRIVATE")]
    [InlineData("s3://AKIA:PRIVATE@bucket/a")]
    [InlineData("s3://AKIA:PRI%2FVATE@bucket")]
    public void A_secret_is_refused_with_its_place_and_not_repeated(string text)
    {
        var e = Assert.Throws<BatchLLMException>(() => BlobUri.FromText(text, "/jobs"));
        Assert.Contains("AWS_SECRET_ACCESS_KEY", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("PRI", e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("AKIA", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_presigned_address_of_the_service_is_refused_and_not_repeated()
    {
        var e = Assert.Throws<BatchLLMException>(
            () => BlobUri.FromText("https://bucket.s3.eu-west-1.amazonaws.com/a?X-Amz-Signature=PRIVATE", "/jobs"));
        Assert.Contains("s3://bucket/key", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", e.ToString(), StringComparison.Ordinal);
    }
}
