using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BatchLLM.Access;
using BatchLLM.Host.Service.Access;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Access;

/// <summary>A service that takes an identity provider's tokens beside its keys.</summary>
public sealed class JwtTests(TestCluster cluster) : IAsyncLifetime
{
    private IdentityProvider? _provider;
    private RSA? _key;
    private ServiceHost? _service;

    private IdentityProvider Provider => _provider!;

    private ServiceHost Service => _service!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await IdentityProvider.StartAsync();
        _key = _provider.AddRsa("first");
        _service = await ServiceHost.StartAsync(
            cluster, needsKeys: true, settings => settings with { Jwt = new JwtSettings(new Uri(_provider.Issuer), "batchllm") });
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Provider.DisposeAsync();
        _key?.Dispose();
    }

    [Fact]
    public async Task Tokens_by_either_kind_of_key_let_in_and_so_do_keys()
    {
        using var elliptic = Provider.AddEc("elliptic");
        var claims = Provider.Claims("search", "batchllm.read");
        var key = AccessToken.Create();
        await Service.State.ApiKeys.CreateAsync(new NewApiKey("search", AccessRole.Read, "test", null), AccessToken.DigestOf(key)!, Token);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(IdentityProvider.Sign(claims, _key!, "first")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(IdentityProvider.Sign(claims, elliptic, "elliptic")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(key));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(AccessToken.Create()));
        Assert.Equal(1, Provider.Readings);
    }

    [Theory]
    [InlineData("aud", "\"another\"", "expected 'batchllm'")]
    [InlineData("aud", null, "expected 'batchllm'")]
    [InlineData("iss", "\"https://evil.example\"", "another issuer")]
    [InlineData("exp", "1700000000", "expired at 2023-11-14 22:13:20Z")]
    [InlineData("exp", null, "never expires")]
    [InlineData("nbf", "4000000000", "from 2096-10-02 07:06:40Z")]
    public async Task What_is_not_for_this_service_or_not_for_now_is_refused(string claim, string? value, string expected)
    {
        var claims = Provider.Claims("search", "batchllm.admin");
        claims["exp"] = 5_000_000_000;
        claims.Remove(claim);
        if (value is not null)
        {
            claims[claim] = JsonNode.Parse(value);
        }

        using var response = await SendAsync(HttpMethod.Get, "/api/jobs", IdentityProvider.Sign(claims, _key!, "first"));

        Assert.Contains(expected, await ServiceHost.ProblemOfAsync(response, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        Assert.Contains("invalid_token", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_provider_did_not_sign_is_refused()
    {
        var claims = Provider.Claims("search", "batchllm.admin");
        using var other = RSA.Create(2048);
        var publicKey = Encoding.UTF8.GetBytes(_key!.ExportSubjectPublicKeyInfoPem());
        var genuine = IdentityProvider.Sign(claims, _key, "first").Split('.');
        var forged = IdentityProvider.Sign(Provider.Claims("victim", "batchllm.admin"), _key, "first").Split('.');
        string[] tokens =
        [
            IdentityProvider.Sign(claims, other, "first"),
            IdentityProvider.Sign(claims, "none", "first", _ => []),
            IdentityProvider.Sign(claims, "None", "first", _ => []),
            IdentityProvider.Sign(claims, "HS256", "first", bytes => HMACSHA256.HashData(publicKey, bytes)),
            IdentityProvider.Sign(claims, "HS256", "first", bytes => HMACSHA256.HashData(_key.ExportSubjectPublicKeyInfo(), bytes)),
            $"{genuine[0]}.{forged[1]}.{genuine[2]}",
            $"{genuine[0]}.{genuine[1]}.",
            "a.b.c",
            "..",
        ];

        foreach (var token in tokens)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token));
            Assert.True(token.Length < 10 || !Service.Log.Contains(token, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("tenant", "null", "names no tenant")]
    [InlineData("tenant", "\"Search Team\"", "names no tenant")]
    [InlineData("tenant", "[\"a\",\"b\"]", "names no tenant")]
    [InlineData("tenant", "\"' or true --\"", "names no tenant")]
    [InlineData("roles", "[\"admin\"]", "grants no role")]
    [InlineData("roles", "[]", "grants no role")]
    [InlineData("roles", "{\"batchllm.admin\":true}", "grants no role")]
    public async Task A_token_that_says_neither_whose_nor_what_allows_nothing(string claim, string value, string expected)
    {
        var claims = Provider.Claims("search", "batchllm.submit");
        claims[claim] = JsonNode.Parse(value);

        using var response = await SendAsync(HttpMethod.Get, "/api/jobs", IdentityProvider.Sign(claims, _key!, "first"));

        Assert.Contains(expected, await ServiceHost.ProblemOfAsync(response, HttpStatusCode.Forbidden), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Roles_and_tenants_are_those_of_keys()
    {
        var (reader, submitter) = (TokenOf("a", "batchllm.read"), TokenOf("a", "other", "batchllm.submit"));
        var (other, admin) = (TokenOf("b", "batchllm.submit"), TokenOf("c", "batchllm.read", "batchllm.admin"));
        using var submitted = await SendAsync(HttpMethod.Post, "/api/jobs", submitter, ServiceHost.Job());
        var job = (await ServiceHost.JsonOfAsync(submitted, HttpStatusCode.Created)).GetProperty("id").GetInt64();
        using var refused = await SendAsync(HttpMethod.Post, "/api/jobs", reader, ServiceHost.Job());

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(reader, $"/api/jobs/{job}"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(other, $"/api/jobs/{job}"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(other, $"/api/jobs/{job}/results"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(admin, $"/api/jobs/{job}"));
    }

    [Fact]
    public async Task A_new_key_works_at_once_and_a_withdrawn_one_no_more()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(TokenOf("a", "batchllm.read")));

        using var next = Provider.AddRsa("next");
        Provider.Withdraw("first");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(IdentityProvider.Sign(Provider.Claims("a", "batchllm.read"), next, "next")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(TokenOf("a", "batchllm.read")));

        // Who makes up names of keys does not have them read each time.
        using var other = RSA.Create(2048);
        var readings = Provider.Readings;
        for (var name = 0; name < 10; name++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(IdentityProvider.Sign(Provider.Claims("a", "batchllm.read"), other, $"made up {name}")));
        }

        Assert.InRange(Provider.Readings, readings, readings + 2);
    }

    [Fact]
    public async Task A_provider_that_is_away_is_no_wrong_token_and_keys_go_on_working()
    {
        var (token, key) = (TokenOf("a", "batchllm.read"), AccessToken.Create());
        await Service.State.ApiKeys.CreateAsync(new NewApiKey("a", AccessRole.Read, "test", null), AccessToken.DigestOf(key)!, Token);
        await Provider.DisposeAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(token));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(key));
    }

    [Theory]
    [InlineData("realm_access.roles", "org")] // Keycloak
    [InlineData("https://batchllm.example/roles", "https://batchllm.example/tenant")] // Auth0
    [InlineData("scp", "tid")] // Entra ID
    public async Task Claims_are_found_where_providers_put_them(string roles, string tenant)
    {
        await using var service = await ServiceHost.StartAsync(cluster, needsKeys: true, settings => settings with
        {
            Jwt = new JwtSettings(new Uri(Provider.Issuer), "batchllm") { RolesClaim = roles, TenantClaim = tenant },
        });
        var claims = Provider.Claims("ignored");
        claims[tenant] = "team";
        claims[roles.Split('.')[0]] = roles switch
        {
            "scp" => "openid batchllm.submit",
            "realm_access.roles" => new JsonObject { ["roles"] = new JsonArray("offline_access", "batchllm.submit") },
            _ => null,
        };
        claims[roles] ??= new JsonArray("batchllm.submit");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = Content(ServiceHost.Job()) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", IdentityProvider.Sign(claims, _key!, "first"));

        using var response = await service.Client.SendAsync(request, Token);

        var job = (await ServiceHost.JsonOfAsync(response, HttpStatusCode.Created)).GetProperty("id").GetInt64();
        Assert.Equal("team", (await service.State.Store.FindAsync(job, Token))!.Tenant);
    }

    private string TokenOf(string tenant, params string[] roles) => IdentityProvider.Sign(Provider.Claims(tenant, roles), _key!, "first");

    private async Task<HttpStatusCode> StatusAsync(string token, string path = "/api/jobs")
    {
        using var response = await SendAsync(HttpMethod.Get, path, token);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string token, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : Content(body) };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return await Service.Client.SendAsync(request, Token);
    }

    private static StringContent Content(JsonNode body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");
}
