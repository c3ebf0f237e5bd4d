using System.Collections.Concurrent;
using BatchLLM.Access;

namespace BatchLLM.Host.Service.Access;

/// <summary>Keys that were used lately, so that most requests ask the database nothing.</summary>
/// <param name="store">All keys.</param>
/// <param name="time">The clock.</param>
internal sealed class KeyRing(IApiKeyStore store, TimeProvider time)
{
    private const int Most = 10_000;

    // As long as a revoked key may go on working.
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (ApiKey Key, long Since)> _known = new(StringComparer.Ordinal); // by digest

    /// <summary>The key of a token; null if there is none that works.</summary>
    /// <param name="token">What was sent.</param>
    /// <param name="mayAsk">False to look only among the keys that were used lately.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<ApiKey?> FindAsync(string token, bool mayAsk, CancellationToken cancellationToken)
    {
        if (AccessToken.DigestOf(token) is not { } digest)
        {
            return null;
        }

        return _known.TryGetValue(digest, out var known) && time.GetElapsedTime(known.Since) < Trust ? known.Key
            : mayAsk ? await AskAsync(digest, cancellationToken)
            : null;
    }

    private async Task<ApiKey?> AskAsync(string digest, CancellationToken cancellationToken)
    {
        if (await store.UseAsync(digest, cancellationToken) is not { } key)
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
