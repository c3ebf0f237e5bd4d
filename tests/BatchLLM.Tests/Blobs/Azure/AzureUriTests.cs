using BatchLLM.Blobs;
using BatchLLM.Blobs.Azure;
using Xunit;

namespace BatchLLM.Tests.Blobs.Azure;

public sealed class AzureUriTests
{
    [Theory]
    [InlineData("az://account1/in-put/a.jsonl", "az://account1/in-put/a.jsonl")]
    [InlineData("AZ://account1/input/", "az://account1/input/")]
    [InlineData("az://account1/input/d/", "az://account1/input/d")]
    [InlineData("az://account1/input/**/part-?.jsonl", "az://account1/input/**/part-?.jsonl")]
    [InlineData("az://account1/input/a b%2Aü.jsonl", "az://account1/input/a%20b%2A%C3%BC.jsonl")]
    [InlineData("az://account1/$web/year=2026/a", "az://account1/$web/year=2026/a")]
    [InlineData("https://account1.blob.core.windows.net/input/d/*.jsonl", "az://account1/input/d/*.jsonl")]
    [InlineData("HTTPS://account1.Blob.Core.Windows.net/input/d/", "az://account1/input/d")]
    public void An_address_has_one_stored_form(string text, string uri)
    {
        Assert.Equal(uri, BlobUri.FromText(text, "/jobs"));
        Assert.Equal(uri, BlobUri.FromText(uri, "/jobs"));
    }

    [Theory]
    [InlineData("az://account1")]
    [InlineData("az://account1/")]
    [InlineData("az://Account_1/input/a")]
    [InlineData("az:///input/a")]
    [InlineData("az://account1/In/a")]
    [InlineData("https://example.com/input/a")]
    [InlineData("http://account1.blob.core.windows.net/input/a")]
    [InlineData("https://account1.blob.core.windows.net/")]
    [InlineData("https://account1.blob.core.windows.net/input/part-?.jsonl")]
    [InlineData("https://account1.blob.core.windows.net/input/a?snapshot=1")]
    [InlineData("https://bucket.s3.amazonaws.com/a")]
    [InlineData("gs://bucket/a")]
    public void Other_addresses_are_refused(string text) =>
        Assert.Throws<BatchLLMException>(() => BlobUri.FromText(text, "/jobs"));

    [Theory]
    [InlineData("az://account1/input/a.jsonl?sv=2024-11-04&ss=b&sig=SECRET%3D")]
    [InlineData("az://account1/input?sp=r&SIG=SECRET")]
    [InlineData("https://account1.blob.core.windows.net/input/a.jsonl?se=2026-01-01&sig=SECRET")]
    [InlineData("https://account1.blob.core.windows.net/?sv=2024-11-04&sig=SECRET")]
    public void A_signature_is_refused_and_not_repeated(string text)
    {
        var e = Assert.Throws<BatchLLMException>(() => BlobUri.FromText(text, "/jobs"));
        Assert.Contains("set BATCHLLM_AZURE_ACCOUNT1_SAS to that instead", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://user:SECRET@account1.blob.core.windows.net/input/a")]
    [InlineData("https://example.com/input/a?token=SECRET")]
    [InlineData("az://SECRET@account1/input/a")]
    public void What_may_be_a_secret_is_not_repeated(string text)
    {
        var e = Assert.Throws<BatchLLMException>(() => BlobUri.FromText(text, "/jobs"));
        Assert.DoesNotContain("SECRET", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_stay_files() => Assert.Equal("file:///jobs/a.jsonl", BlobUri.FromText("a.jsonl", "/jobs"));

    [Theory]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=account1;AccountKey=SECRET!;EndpointSuffix=core.windows.net")]
    [InlineData("SECRET")]
    [InlineData("https://account1.blob.core.windows.net/?sig=SECRET")]
    public void A_wrong_connection_string_is_named_and_not_repeated(string connection)
    {
        var accounts = new AzureAccounts(
            name => name == "BATCHLLM_AZURE_ACCOUNT1_CONNECTION_STRING" ? connection : null);
        var e = Assert.Throws<BatchLLMException>(() => accounts.Blob(AzureUri.Parse("az://account1/input/a")));
        Assert.StartsWith("BATCHLLM_AZURE_ACCOUNT1_CONNECTION_STRING is not", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_string_of_another_account_is_refused()
    {
        var accounts = new AzureAccounts(_ => "AccountName=account2;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net");
        var e = Assert.Throws<BatchLLMException>(() => accounts.Blob(AzureUri.Parse("az://account1/input/a")));
        Assert.Contains("is for the account 'account2'; expected one for 'account1'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SECRET")]
    [InlineData("https://account1.blob.core.windows.net/?sv=1&sig=SECRET")]
    public void A_wrong_signature_is_named_and_not_repeated(string sas)
    {
        var accounts = new AzureAccounts(name => name == "BATCHLLM_AZURE_ACCOUNT1_SAS" ? sas : null);
        var e = Assert.Throws<BatchLLMException>(() => accounts.Blob(AzureUri.Parse("az://account1/input/a")));
        Assert.StartsWith("BATCHLLM_AZURE_ACCOUNT1_SAS is not", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_container_is_no_blob()
    {
        var accounts = new AzureAccounts(_ => null);
        var e = Assert.Throws<BatchLLMException>(() => accounts.Blob(AzureUri.Parse("az://account1/input")));
        Assert.Contains("is a container", e.Message, StringComparison.Ordinal);
    }
}
