using System.Threading.RateLimiting;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace BatchLLM.Host.Service.Access;

/// <summary>
/// What an identity provider says of itself: its name and its keys (OpenID Connect Discovery 1.0; RFC 7517). Read again twice a
/// day, and when a token names a key that is not among them.
/// </summary>
/// <remarks>
/// The library's ConfigurationManager reads a new key behind the answer to the first token that is signed with it, which is
/// refused; here that token waits.
/// </remarks>
internal sealed class JwtKeys : IDisposable
{
    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Trust = TimeSpan.FromHours(12);

    private readonly SemaphoreSlim _reading = new(1);
    private readonly HttpClient _client = new() { Timeout = TimeToAnswer };
    private readonly HttpDocumentRetriever _documents;
    private readonly string _address;
    private readonly TimeProvider _time;

    // Whoever makes up names of keys must not have them read each time.
    private readonly TokenBucketRateLimiter _allowance = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = 3,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1),
        QueueLimit = 0,
    });

    private volatile Known? _known;

    public JwtKeys(Uri authority, TimeProvider time)
    {
        _time = time;
        _address = $"{authority.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration";
        _documents = new HttpDocumentRetriever(_client) { RequireHttps = authority.Scheme == Uri.UriSchemeHttps };
    }

    /// <summary>The provider as it is known; null if it is not, and does not answer.</summary>
    /// <param name="unlike">What did not do, which is read again if it may be; null for the newest that is known.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<OpenIdConnectConfiguration?> FindAsync(OpenIdConnectConfiguration? unlike, CancellationToken cancellationToken)
    {
        if (IsGood(unlike))
        {
            return _known!.Provider;
        }

        // Old keys are better than none while the provider is away, and than waiting while another request asks it.
        var old = unlike is null ? _known : null;
        if (!await _reading.WaitAsync(old is null ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken))
        {
            return old!.Provider;
        }

        try
        {
            if (!IsGood(unlike) && await ReadAsync(cancellationToken) is { } fresh)
            {
                _known = new Known(fresh, _time.GetTimestamp());
            }

            return _known?.Provider;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose()
    {
        _reading.Dispose();
        _client.Dispose();
        _allowance.Dispose();
    }

    private bool IsGood(OpenIdConnectConfiguration? unlike) =>
        _known is { } known && !ReferenceEquals(known.Provider, unlike) && _time.GetElapsedTime(known.Since) < Trust;

    private async Task<OpenIdConnectConfiguration?> ReadAsync(CancellationToken cancellationToken)
    {
        using var lease = _allowance.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            return null;
        }

        try
        {
            return await OpenIdConnectConfigurationRetriever.GetAsync(_address, _documents, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ArgumentException or InvalidOperationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private sealed record Known(OpenIdConnectConfiguration Provider, long Since);
}
