using BatchLLM.Host.Jobs;
using BatchLLM.Host.Service.OpenAi;
using BatchLLM.Postgres.Retention;
using BatchLLM.Rows;

namespace BatchLLM.Host.Service.Retention;

/// <summary>
/// Removes what uploads left that were killed: bytes that no file has. An upload under way looks the same, but grows: only what
/// has stood as it is for an hour goes.
/// </summary>
/// <param name="store">Knows the files.</param>
/// <param name="places">Where their bytes are.</param>
/// <param name="time">The clock.</param>
internal sealed class UploadSweep(PostgresRetention store, OpenAiPlaces places, TimeProvider time)
{
    private const int AtOnce = 1000;

    // Kestrel cuts off who sends nothing for seconds; what follows a file in a form is a few short fields.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private Dictionary<string, (string Version, long Since)> _seen = [];

    /// <summary>Looks, and removes what it saw as it is an hour ago; how many that was.</summary>
    /// <exception cref="BatchLLMException">The database or the blob store fails.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var (seen, removed) = (new Dictionary<string, (string Version, long Since)>(), 0);
        await foreach (var blob in StrayAsync(cancellationToken))
        {
            var since = _seen.TryGetValue(blob.Uri, out var before) && before.Version == blob.Version ? before.Since : time.GetTimestamp();
            if (time.GetElapsedTime(since) >= Patience)
            {
                await JobAssembly.Blobs.DeleteAsync(blob.Uri, cancellationToken);
                removed++;
            }
            else
            {
                seen[blob.Uri] = (blob.Version, since);
            }
        }

        _seen = seen;
        return removed;
    }

    private async IAsyncEnumerable<BlobInfo> StrayAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var blobs in JobAssembly.Blobs.ListAsync(places.Input("file-*"), cancellationToken).Chunk(AtOnce).WithCancellation(cancellationToken))
        {
            var byId = blobs.ToDictionary(blob => places.FileOf(blob.Uri));
            foreach (var id in await store.FindUnknownFilesAsync(byId.Keys, cancellationToken))
            {
                yield return byId[id];
            }
        }

        await foreach (var half in JobAssembly.Blobs.ListAsync(places.HalfInputs, cancellationToken))
        {
            yield return half;
        }
    }
}
