using System.Net;
using System.Text.RegularExpressions;
using BatchLLM.Access;
using BatchLLM.Host.Service.Pages;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.IntegrationTests.Service;
using BatchLLM.Jobs;
using BatchLLM.Schedules;
using Xunit;

namespace BatchLLM.IntegrationTests.Pages;

/// <summary>What a page of another site could send, and what the service makes of it.</summary>
public sealed partial class FormTests(TestCluster cluster) : IAsyncLifetime
{
    private ServiceHost? _service;

    private ServiceHost Service => _service!;

    private static ScheduleDefinition Nightly => new()
    {
        Name = "nightly",
        Cron = "@daily",
        Job = new JobSpec
        {
            Name = "job",
            Model = "model",
            Inputs = [],
            Prompt = new PromptSpec { Text = "{{body}}" },
            Output = new OutputSpec { Uri = "out" },
        },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _service = await ServiceHost.StartAsync(cluster, needsKeys: true);

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    [Fact]
    public async Task A_form_is_taken_only_from_the_page_that_showed_it()
    {
        var (client, token) = await SignInAsync(AccessRole.Submit);
        using var disposed = client;
        var id = await SubmitAsync();
        var path = $"/jobs/{id}/pause";

        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(client, path, token: null));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(client, path, new string('0', 64)));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(client, path, token, site: "cross-site"));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(client, path, token, site: "same-site"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await StatusAsync(client, path));
        Assert.Equal(JobState.Queued, (await Service.State.Store.FindAsync(id, Token))!.State);
        Assert.Equal(HttpStatusCode.SeeOther, await PostAsync(client, path, token, site: "same-origin"));
        Assert.Equal(JobState.Paused, (await Service.State.Store.FindAsync(id, Token))!.State);
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(client, path, token));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, "/jobs/999999/pause", token));
    }

    [Fact]
    public async Task A_session_reads_from_the_API_and_changes_nothing_there()
    {
        var (client, _) = await SignInAsync(AccessRole.Submit);
        using var disposed = client;
        var id = await SubmitAsync();

        using var read = await client.GetAsync($"/api/jobs/{id}", Token);

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, $"/api/jobs/{id}/pause"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "/api/jobs"));
    }

    [Fact]
    public async Task A_reader_s_form_changes_nothing()
    {
        var (client, token) = await SignInAsync(AccessRole.Read);
        using var disposed = client;

        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(client, $"/jobs/{await SubmitAsync()}/cancel", token));
        var schedule = (await Service.State.Schedules.CreateAsync("a", Nightly, Token)).Id;
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(client, $"/schedules/{schedule}/run", token));
        Assert.DoesNotContain("id=\"run\"", await client.GetStringAsync($"/schedules/{schedule}", Token), StringComparison.Ordinal);
        using var workers = await client.GetAsync("/workers", Token);
        Assert.Equal((HttpStatusCode.Forbidden, "text/html"), (workers.StatusCode, workers.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Another_tenant_s_job_is_not_there_whatever_is_asked_of_it()
    {
        var (client, token) = await SignInAsync(AccessRole.Submit);
        using var disposed = client;
        var id = await SubmitAsync(tenant: "b");

        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"/jobs/{id}/cancel", token));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"/jobs/{id}/retry", token));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"/jobs/{id}/approve", token));
        foreach (var path in new[] { $"/jobs/{id}", $"/live/jobs/{id}", "/jobs/999999" })
        {
            using var response = await client.GetAsync(path, Token);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }

        var schedule = (await Service.State.Schedules.CreateAsync("b", Nightly, Token)).Id;
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"/schedules/{schedule}/run", token));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"/schedules/{schedule}/pause", token));
        foreach (var path in new[] { $"/schedules/{schedule}", $"/live/schedules/{schedule}" })
        {
            using var response = await client.GetAsync(path, Token);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }

        Assert.DoesNotContain("nightly", await client.GetStringAsync("/schedules", Token), StringComparison.Ordinal);
        Assert.DoesNotContain("job of b", await client.GetStringAsync("/", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Odd_addresses_get_pages_too()
    {
        var (client, _) = await SignInAsync(AccessRole.Read);
        using var disposed = client;
        var smiles = string.Concat(Enumerable.Repeat("%F0%9F%98%80", 150));
        foreach (var query in new[] { $"q={smiles}", $"q=a{smiles}", "q=%00", "q=%ED%A0%80", "q=%27%20or%201=1--", "state=gone&after=9-9", "after=3-99999999999999999999" })
        {
            using var response = await client.GetAsync($"/?{query}", Token);
            Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        }

        using var wrong = await client.GetAsync($"/jobs/{await SubmitAsync()}?after=x", Token);
        Assert.Equal((HttpStatusCode.BadRequest, "text/html"), (wrong.StatusCode, wrong.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Who_signed_out_is_out()
    {
        var (client, token) = await SignInAsync(AccessRole.Read);
        using var disposed = client;
        var secret = Cookie(client);

        Assert.Equal(HttpStatusCode.SeeOther, await PostAsync(client, "/signout", token));

        Assert.Null(await Service.State.Sessions.FindAsync(SessionSecret.DigestOf(secret), Token));
        using var again = new HttpRequestMessage(HttpMethod.Get, "/");
        again.Headers.Add("Cookie", $"{Cookies.Session}={secret}");
        using var response = await Service.Client.SendAsync(again, Token);
        Assert.Equal("/signin", response.RequestMessage!.RequestUri!.AbsolutePath);
        using var live = await client.GetAsync("/live", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, live.StatusCode);
    }

    [Fact]
    public async Task Who_tries_many_keys_is_told_to_wait()
    {
        using var client = Client();
        var token = await TokenAsync(client, "/signin");
        var statuses = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 40; attempt++)
        {
            statuses.Add(await PostAsync(client, "/signin", token, key: AccessToken.Create()));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, statuses[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    [Fact]
    public async Task Signing_in_leads_nowhere_else()
    {
        var (client, _) = await SignInAsync(AccessRole.Read);
        using var disposed = client;
        var key = await KeyAsync(AccessRole.Read);
        foreach (var to in new[] { "//evil.example/", "https://evil.example/", "/\\evil.example", "/\r\nX-Evil: 1", "javascript:alert(1)", "" })
        {
            // Signed in once more, the form is tied to the newest session.
            var token = await TokenAsync(client, "/signin");
            using var response = await client.PostAsync("/signin", Form(("token", token), ("key", key), ("to", to)), Token);
            Assert.Equal((HttpStatusCode.SeeOther, "/"), (response.StatusCode, response.Headers.Location?.OriginalString));
        }
    }

    [Fact]
    public async Task Pages_keep_everything_else_out_and_assets_are_kept()
    {
        using var page = await Service.Client.GetAsync("/signin", Token);
        var html = await page.Content.ReadAsStringAsync(Token);
        var asset = AssetPattern().Match(html).Value;

        Assert.StartsWith("default-src 'none'; script-src 'self';", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("no-store", page.Headers.CacheControl?.ToString());
        Assert.DoesNotContain("style=", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?! type=\"module\" src=)", html);
        using var first = await Service.Client.GetAsync(asset, Token);
        Assert.Contains("immutable", first.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        using var again = new HttpRequestMessage(HttpMethod.Get, asset);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await Service.Client.SendAsync(again, Token);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task Behind_something_that_speaks_TLS_cookies_are_kept_to_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/signin");
        request.Headers.Add("X-Forwarded-Proto", "https");

        using var response = await Service.Client.SendAsync(request, Token);

        Assert.Contains("secure", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_without_its_database_says_so_as_a_page()
    {
        var (client, _) = await SignInAsync(AccessRole.Read);
        using var disposed = client;
        await Service.DropDatabaseAsync();

        using var response = await client.GetAsync("/", Token);

        Assert.True((int)response.StatusCode >= 500);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("   at ", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    private readonly CookieContainer _cookies = new();

    private HttpClient Client() => new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = _cookies })
    {
        BaseAddress = Service.Client.BaseAddress,
    };

    private string Cookie(HttpClient client) => _cookies.GetCookies(client.BaseAddress!)[Cookies.Session]!.Value;

    private async Task<(HttpClient Client, string FormToken)> SignInAsync(AccessRole role)
    {
        var (key, client) = (await KeyAsync(role), Client());
        var token = await TokenAsync(client, "/signin");
        Assert.Equal(HttpStatusCode.SeeOther, await PostAsync(client, "/signin", token, key: key));
        return (client, await TokenAsync(client, "/"));
    }

    private static async Task<string> TokenAsync(HttpClient client, string path) =>
        TokenPattern().Match(await client.GetStringAsync(path, Token)).Groups[1].Value;

    private static async Task<HttpStatusCode> PostAsync(
        HttpClient client, string path, string? token, string? site = null, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = Form(("token", token ?? ""), ("key", key ?? ""), ("to", "/")),
        };
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        using var response = await client.SendAsync(request, Token);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.PostAsync(path, null, Token);
        return response.StatusCode;
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    private async Task<string> KeyAsync(AccessRole role)
    {
        var token = AccessToken.Create();
        await Service.State.ApiKeys.CreateAsync(new NewApiKey("a", role, "test", null), AccessToken.DigestOf(token)!, Token);
        return token;
    }

    private async Task<long> SubmitAsync(string tenant = "a")
    {
        var output = $"file:///out/{Guid.NewGuid():n}";
        var submission = new JobSubmission($"job of {tenant}", ServiceHost.Job().ToJsonString(), "/models/tiny", output)
        {
            Tenant = tenant,
        };
        return (await Service.State.Queue.SubmitAsync(submission, Token)).Job.Id;
    }

    [GeneratedRegex("name=\"token\" value=\"([0-9a-f]{64})\"")]
    private static partial Regex TokenPattern();

    [GeneratedRegex("/assets/[0-9a-f]+/page.css")]
    private static partial Regex AssetPattern();
}
