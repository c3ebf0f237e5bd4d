using System.Collections.Concurrent;
using BatchLLM.Access;
using BatchLLM.Postgres.Access;

namespace BatchLLM.Host.Service.Pages;

/// <summary>Sessions that were used lately, so that most requests ask the database nothing.</summary>
/// <param name="store">All sessions.</param>
/// <param name="time">The clock.</param>
internal sealed class SessionRing(PostgresSessionStore store, TimeProvider time)
{
    /// <summary>How long somebody stays signed in.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private const int Most = 10_000;

    // As long as a revoked key's session may go on working.
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (ApiKey Key, long Since)> _known = new(StringComparer.Ordinal); // by digest

    /// <summary>Begins one; its secret.</summary>
    public async Task<string> BeginAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var secret = SessionSecret.Create();
        await store.BeginAsync(key.Id, SessionSecret.DigestOf(secret), Lifetime, cancellationToken);
        return secret;
    }

    /// <summary>The key of a session; null if it does not work.</summary>
    /// <param name="secret">What the cookie holds.</param>
    /// <param name="mayAsk">False to look only among the sessions that were used lately.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<ApiKey?> FindAsync(string? secret, bool mayAsk, CancellationToken cancellationToken)
    {
        if (!SessionSecret.IsOne(secret))
        {
            return null;
        }

        var digest = SessionSecret.DigestOf(secret!);
        return _known.TryGetValue(digest, out var known) && time.GetElapsedTime(known.Since) < Trust ? known.Key
            : mayAsk ? await AskAsync(digest, cancellationToken)
            : null;
    }

    /// <summary>Ends one, here at once and on other servers as soon as they ask.</summary>
    public async Task EndAsync(string secret, CancellationToken cancellationToken)
    {
        var digest = SessionSecret.DigestOf(secret);
        await store.EndAsync(digest, cancellationToken);
        _known.TryRemove(digest, out _);
    }

    private async Task<ApiKey?> AskAsync(string digest, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(digest, cancellationToken) is not { } key)
        {
            _known.TryRemove(digest, out _);
            return null;
        }

        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        _known[digest] = (key, time.GetTimestamp());
        return key;
    }
}
