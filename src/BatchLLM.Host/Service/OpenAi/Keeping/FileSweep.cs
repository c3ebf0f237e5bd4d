using BatchLLM.Batches;
using BatchLLM.Host.Jobs;

namespace BatchLLM.Host.Service.OpenAi.Keeping;

/// <summary>Removes the bytes of files that were deleted or have expired; of what a batch ended with, the rows of its job too.</summary>
/// <param name="files">Durable state.</param>
/// <param name="log">What is in the way.</param>
/// <param name="time">The clock.</param>
internal sealed class FileSweep(IFileStore files, BatchLog log, TimeProvider time)
{
    private const int MostAtOnce = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private long? _last;

    /// <summary>Removes some, if it is time.</summary>
    /// <exception cref="BatchLLMException">The store failed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_last is { } last && time.GetElapsedTime(last) < Interval)
        {
            return;
        }

        _last = time.GetTimestamp();
        foreach (var file in await files.ListRemovableAsync(MostAtOnce, cancellationToken))
        {
            await RemoveAsync(file, cancellationToken);
        }
    }

    private async Task RemoveAsync(StoredFile file, CancellationToken cancellationToken)
    {
        try
        {
            await DeleteAsync(file, cancellationToken);
        }
        catch (BatchLLMException e)
        {
            log.Write(file.Id, $"not removed: {e.Message}");
            return;
        }

        await files.NoteRemovedAsync(file.Id, cancellationToken);
    }

    private static async Task DeleteAsync(StoredFile file, CancellationToken cancellationToken)
    {
        await JobAssembly.Blobs.DeleteAsync(file.Uri, cancellationToken);
        foreach (var pattern in file.Purpose == FilePurpose.BatchOutput ? OpenAiPlaces.SourcesOf(file.Uri) : [])
        {
            await foreach (var blob in JobAssembly.Blobs.ListAsync(pattern, cancellationToken))
            {
                await JobAssembly.Blobs.DeleteAsync(blob.Uri, cancellationToken);
            }
        }
    }
}
