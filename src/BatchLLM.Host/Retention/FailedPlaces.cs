using BatchLLM.Blobs.Files;

namespace BatchLLM.Host.Retention;

/// <summary>Accounts and buckets that failed in this round: a hundred jobs do not each wait for a service that is down.</summary>
internal sealed class FailedPlaces
{
    private readonly Dictionary<string, string> _troubles = new(StringComparer.Ordinal);

    /// <summary>What was wrong with an address's account or bucket; null if nothing was.</summary>
    public string? Find(string uri) => _troubles.GetValueOrDefault(PlaceOf(uri));

    /// <summary>Keeps it.</summary>
    public void Add(string uri, string trouble) => _troubles[PlaceOf(uri)] = trouble;

    // A folder that cannot be read says nothing of others, and costs no time.
    private static string PlaceOf(string uri) => FileUri.IsFileUri(uri) ? uri : string.Join('/', uri.Split('/').Take(3));
}
