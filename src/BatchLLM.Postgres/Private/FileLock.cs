namespace BatchLLM.Postgres.Private;

/// <summary>
/// Advisory locks on files (flock). The system frees them when the process ends, however it ends; children do not
/// inherit them. A held lock is the open stream.
/// </summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    internal static FileStream? TryExclusive(string path) => TryOpen(path, FileAccess.ReadWrite, FileShare.None);

    internal static FileStream? TryShared(string path) => TryOpen(path, FileAccess.Read, FileShare.Read);

    /// <summary>Waits for the exclusive lock: the runtime offers flock only without waiting, so it is asked again.</summary>
    internal static async Task<FileStream> ExclusiveAsync(string path, TimeProvider time, CancellationToken token)
    {
        while (true)
        {
            if (TryExclusive(path) is { } held)
            {
                return held;
            }

            await Task.Delay(Pause, time, token);
        }
    }

    private static FileStream? TryOpen(string path, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, access, share, bufferSize: 0);
        }
        catch (IOException exception) when (exception.HResult is 11 or 35)
        {
            // EWOULDBLOCK, on Linux and on macOS: somebody else holds it.
            return null;
        }
    }
}
