namespace BatchLLM.Access;

/// <summary>The keys of a service. All times are the store's clock; every operation is safe to repeat.</summary>
public interface IApiKeyStore
{
    /// <summary>Keeps a new key.</summary>
    /// <param name="key">What it allows.</param>
    /// <param name="digest">Of its token: see <see cref="AccessToken.DigestOf"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<ApiKey> CreateAsync(NewApiKey key, string digest, CancellationToken cancellationToken);

    /// <summary>The key with a token's digest if it works at this moment, which counts as its use; null otherwise.</summary>
    Task<ApiKey?> UseAsync(string digest, CancellationToken cancellationToken);

    /// <summary>All keys, the newest first, those that do not work any more included.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Stops a key from working. False if there is no such key; true again for one that is revoked already.</summary>
    Task<bool> RevokeAsync(long id, CancellationToken cancellationToken);
}
