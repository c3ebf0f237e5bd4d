using System.Net;
using System.Net.Http.Headers;
using BatchLLM.IntegrationTests.Cli;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

/// <summary><c>batchllm keys</c>, and what it opens.</summary>
public sealed class KeysTests(CliFixture cli) : IClassFixture<CliFixture>
{
    [Fact]
    public async Task A_key_lets_in_where_others_can_reach_the_service_until_it_is_revoked()
    {
        var without = await cli.RunAsync("serve", "--listen", "http://0.0.0.0:0", "--no-worker");
        var made = await cli.RunAsync("keys", "create", "--role", "read", "--name", "tests", "--json");
        await using var serve = await ServeProcess.StartAsync(
            cli.Start([], "serve", "--listen", "http://0.0.0.0:0", "--no-worker", "--json"));
        var address = new UriBuilder(serve.Client.BaseAddress!) { Host = "127.0.0.1" }.Uri;
        using var client = new HttpClient { BaseAddress = address };
        using var nobody = await client.GetAsync("/api/jobs");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", made.Json.GetProperty("token").GetString());
        using var reader = await client.GetAsync("/api/jobs");

        var listed = await cli.RunAsync("keys", "list", "--json");
        var revoked = await cli.RunAsync("keys", "revoke", made.Json.GetProperty("key").GetRawText());
        var after = await cli.RunAsync("keys", "list");

        Assert.True(without.ExitCode == 2, without.ToString());
        Assert.Contains("batchllm keys create", without.Error, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (nobody.StatusCode, reader.StatusCode));
        Assert.DoesNotContain("bllm_", listed.Output, StringComparison.Ordinal);
        Assert.Equal("tests", listed.Json[0].GetProperty("name").GetString());
        Assert.True(listed.Json[0].TryGetProperty("last_used_at", out _));
        Assert.True(revoked.ExitCode == 0, revoked.ToString());
        Assert.Contains("revoked", after.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--tenant", "Über")]
    [InlineData("--role", "owner")]
    [InlineData("--days", "0")]
    [InlineData("--name", "two\nlines")]
    public async Task What_a_key_cannot_be_is_said(string option, string value)
    {
        var result = await cli.RunAsync("keys", "create", option, value);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(option, result.Error + result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_not_there_cannot_be_revoked()
    {
        var result = await cli.RunAsync("keys", "revoke", "12345");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("no key 12345", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_s_limit_is_set_shown_and_lifted()
    {
        var set = await cli.RunAsync("tenants", "limit", "search", "16", "--json");
        var shown = await cli.RunAsync("tenants");
        var lifted = await cli.RunAsync("tenants", "limit", "search", "none", "--json");
        var refused = await cli.RunAsync("tenants", "limit", "search", "0");

        Assert.True(set.ExitCode == 0, set.ToString());
        Assert.Equal(16, set.Json[0].GetProperty("most_leased_shards").GetInt32());
        Assert.Contains("search", shown.Output, StringComparison.Ordinal);
        Assert.False(lifted.Json[0].TryGetProperty("most_leased_shards", out var left) && left.ValueKind == System.Text.Json.JsonValueKind.Number);
        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.Contains("expected a number from 1 on, or none", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_s_secret_is_shown_once_and_its_address_only_as_far_as_its_host()
    {
        var added = await cli.RunAsync("webhooks", "add", "https://hooks.example.com/s3cret-path", "--tenant", "search");
        var listed = await cli.RunAsync("webhooks");
        var json = await cli.RunAsync("webhooks", "--json");
        var number = json.Json[0].GetProperty("webhook").GetRawText();
        var removed = await cli.RunAsync("webhooks", "remove", number);
        var again = await cli.RunAsync("webhooks", "remove", number);
        var refused = await cli.RunAsync("webhooks", "add", "https://ada:s3cret@example.com/");

        Assert.StartsWith("whsec_", added.Output, StringComparison.Ordinal);
        Assert.Contains("https://hooks.example.com", listed.Output, StringComparison.Ordinal);
        Assert.All([added, listed, json, refused], result => Assert.DoesNotContain("s3cret", result.Output + result.Error, StringComparison.Ordinal));
        Assert.All([listed, json], result => Assert.DoesNotContain("whsec_", result.Output, StringComparison.Ordinal));
        Assert.Equal((0, 2, 2), (removed.ExitCode, again.ExitCode, refused.ExitCode));
    }
}
