using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BatchLLM.IntegrationTests.Service.Access;

/// <summary>A small identity provider over a real socket: discovery, keys, and tokens that it signs, by no library of the service's.</summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, JsonObject> _published = new(); // by key id
    private readonly WebApplication _app;
    private int _readings;

    private IdentityProvider()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.MapGet("/realm/.well-known/openid-configuration", () => Json(
            new JsonObject { ["issuer"] = Issuer, ["jwks_uri"] = $"{Issuer}/keys" }));
        _app.MapGet("/realm/keys", () =>
        {
            Interlocked.Increment(ref _readings);
            return Json(new JsonObject { ["keys"] = new JsonArray([.. _published.Values.Select(key => key.DeepClone())]) });
        });
    }

    /// <summary>Who it says that it is.</summary>
    public string Issuer => $"{_app.Urls.Single()}/realm";

    /// <summary>How often its keys were read.</summary>
    public int Readings => _readings;

    public static async Task<IdentityProvider> StartAsync()
    {
        var provider = new IdentityProvider();
        await provider._app.StartAsync();
        return provider;
    }

    /// <summary>An RSA key, among those that it publishes.</summary>
    public RSA AddRsa(string id)
    {
        var key = RSA.Create(2048);
        var parts = key.ExportParameters(includePrivateParameters: false);
        _published[id] = Key(id, "RSA", ("n", parts.Modulus!), ("e", parts.Exponent!));
        return key;
    }

    /// <summary>A key on the curve P-256, among those that it publishes.</summary>
    public ECDsa AddEc(string id)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parts = key.ExportParameters(includePrivateParameters: false);
        var published = Key(id, "EC", ("x", parts.Q.X!), ("y", parts.Q.Y!));
        published["crv"] = "P-256";
        _published[id] = published;
        return key;
    }

    /// <summary>Publishes a key no more.</summary>
    public void Withdraw(string id) => _published.TryRemove(id, out _);

    /// <summary>A good token's claims, to be changed by the test.</summary>
    public JsonObject Claims(string tenant, params string[] roles) => new()
    {
        ["iss"] = Issuer,
        ["aud"] = "batchllm",
        ["exp"] = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds(),
        ["tenant"] = tenant,
        ["roles"] = new JsonArray([.. roles.Select(role => (JsonNode)role)]),
    };

    /// <summary>A token signed with an RSA key.</summary>
    public static string Sign(JsonObject claims, RSA key, string id) => Sign(
        claims, "RS256", id, bytes => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    /// <summary>A token signed with an elliptic key.</summary>
    public static string Sign(JsonObject claims, ECDsa key, string id) =>
        Sign(claims, "ES256", id, bytes => key.SignData(bytes, HashAlgorithmName.SHA256));

    /// <summary>A token signed in any way.</summary>
    public static string Sign(JsonObject claims, string algorithm, string id, Func<byte[], byte[]> sign)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["kid"] = id, ["typ"] = "JWT" };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));

    private static JsonObject Key(string id, string kind, params (string Name, byte[] Value)[] parts)
    {
        var key = new JsonObject { ["kid"] = id, ["kty"] = kind, ["use"] = "sig" };
        foreach (var (name, value) in parts)
        {
            key[name] = Base64Url.EncodeToString(value);
        }

        return key;
    }

    private static IResult Json(JsonObject value) => Results.Text(value.ToJsonString(), "application/json");
}
