using System.Net;
using System.Net.Http.Headers;
using BatchLLM.Access;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

/// <summary>A service that needs keys.</summary>
public sealed class AccessTests(TestCluster cluster) : IAsyncLifetime
{
    private ServiceHost? _service;

    private ServiceHost Service => _service!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _service = await ServiceHost.StartAsync(cluster, needsKeys: true);

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    [Fact]
    public async Task Without_a_key_nothing_is_shown_but_how_the_service_is_and_what_it_can_do()
    {
        using var refused = await Service.Client.GetAsync("/api/jobs", Token);
        using var unknown = await Service.Client.GetAsync("/api/nowhere", Token);

        await ServiceHost.ProblemOfAsync(refused, HttpStatusCode.Unauthorized);
        Assert.Equal("Bearer realm=\"batchllm\"", refused.Headers.WwwAuthenticate.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        foreach (var open in new[] { "/healthz", "/readyz", "/openapi.json" })
        {
            using var response = await Service.Client.GetAsync(open, Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("Bearer bllm_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer ")]
    [InlineData("Bearer ' or true --")]
    [InlineData("Basic YWRtaW46YWRtaW4=")]
    public async Task What_is_no_key_is_refused_and_not_logged(string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/jobs");
        request.Headers.TryAddWithoutValidation("Authorization", header);

        using var response = await Service.Client.SendAsync(request, Token);

        await ServiceHost.ProblemOfAsync(response, HttpStatusCode.Unauthorized);
        Assert.Contains("invalid_token", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("bllm_", Service.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expired_and_revoked_keys_do_not_work()
    {
        var expired = await KeyAsync("a", AccessRole.Admin, TimeSpan.FromMicroseconds(1));
        var revoked = await KeyAsync("a", AccessRole.Admin);
        await Service.State.ApiKeys.RevokeAsync((await Service.State.ApiKeys.ListAsync(Token))[0].Id, Token);

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(HttpMethod.Get, "/api/jobs", expired));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(HttpMethod.Get, "/api/jobs", revoked));
    }

    [Fact]
    public async Task Who_tries_many_keys_is_told_to_wait_and_does_not_keep_out_who_has_one()
    {
        var key = await KeyAsync("a", AccessRole.Read);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, "/api/jobs", key));

        var statuses = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 60; attempt++)
        {
            statuses.Add(await StatusAsync(HttpMethod.Get, "/api/jobs", AccessToken.Create()));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, statuses[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, "/api/jobs", key));
    }

    [Fact]
    public async Task A_reader_looks_and_a_submitter_acts()
    {
        var (reader, submitter) = (await KeyAsync("a", AccessRole.Read), await KeyAsync("a", AccessRole.Submit));
        var job = await AcceptAsync(submitter, "job");

        foreach (var path in new[] { $"/api/jobs/{job}/pause", $"/api/jobs/{job}/resume", $"/api/jobs/{job}/cancel", $"/api/jobs/{job}/retry", $"/api/jobs/{job}/approve", "/api/jobs", "/api/preflight" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Post, path, reader));
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Get, $"/api/jobs/{job}", reader));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Post, $"/api/jobs/{job}/pause", submitter));
    }

    [Fact]
    public async Task Another_tenant_s_jobs_are_not_there_and_an_administrator_sees_all()
    {
        var (a, b, admin) = (await KeyAsync("a", AccessRole.Submit), await KeyAsync("b", AccessRole.Submit), await KeyAsync("c", AccessRole.Admin));
        var (ofA, ofB) = (await AcceptAsync(a, "a"), await AcceptAsync(b, "b"));

        Assert.Equal([ofA], await IdsAsync(a));
        Assert.Equal([ofB], await IdsAsync(b));
        Assert.Equal([ofB, ofA], await IdsAsync(admin));
        foreach (var path in new[] { "", "/results", "/errors", "/receipt", "/events", "/canary" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Get, $"/api/jobs/{ofB}{path}", a));
        }

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Post, $"/api/jobs/{ofB}/cancel", a));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Post, $"/api/jobs/{ofB}/retry", a));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(HttpMethod.Post, $"/api/jobs/{ofB}/approve", a));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Post, $"/api/jobs/{ofB}/cancel", admin));
    }

    [Fact]
    public async Task The_same_idempotency_key_of_two_tenants_is_two_jobs()
    {
        var (a, b) = (await KeyAsync("a", AccessRole.Submit), await KeyAsync("b", AccessRole.Submit));

        Assert.NotEqual(await AcceptAsync(a, "job", "one"), await AcceptAsync(b, "job", "one"));
    }

    private async Task<string> KeyAsync(string tenant, AccessRole role, TimeSpan? lifetime = null)
    {
        var token = AccessToken.Create();
        await Service.State.ApiKeys.CreateAsync(new NewApiKey(tenant, role, "test", lifetime), AccessToken.DigestOf(token)!, Token);
        return token;
    }

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, string key)
    {
        using var request = With(key, new HttpRequestMessage(method, path));
        using var response = await Service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        return response.StatusCode;
    }

    private async Task<long> AcceptAsync(string key, string name, string? idempotencyKey = null)
    {
        using var request = With(key, new HttpRequestMessage(HttpMethod.Post, "/api/jobs"));
        request.Content = new StringContent(
            ServiceHost.Job(name).ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using var response = await Service.Client.SendAsync(request, Token);
        return (await ServiceHost.JsonOfAsync(response, HttpStatusCode.Created)).GetProperty("id").GetInt64();
    }

    private async Task<List<long>> IdsAsync(string key)
    {
        using var request = With(key, new HttpRequestMessage(HttpMethod.Get, "/api/jobs"));
        using var response = await Service.Client.SendAsync(request, Token);
        var page = await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);
        return [.. page.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetInt64())];
    }

    private static HttpRequestMessage With(string key, HttpRequestMessage request)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return request;
    }
}
