namespace BatchLLM.Jobs;

/// <summary>The complete shards of one window on their way into the output, a few at a time, beside the rows that still run.</summary>
/// <remarks>A commit waits for the device and the store, several milliseconds in which nothing would be computed.</remarks>
/// <param name="write">Writes the files of one.</param>
/// <param name="commit">Commits one, and has its files written, which is done when it is its turn, by what it is given.</param>
internal sealed class ShardCommits(
    Func<WindowShard, Task<ShardOutput>> write, Func<WindowShard, Func<Task<ShardOutput>>, Task> commit) : IDisposable
{
    private const int FilesAtOnce = 4;

    private readonly SemaphoreSlim _room = new(FilesAtOnce);
    private readonly List<Task> _started = [];

    /// <summary>Starts a commit.</summary>
    public void Start(WindowShard shard) => _started.Add(Task.Run(() => commit(shard, () => WriteAsync(shard))));

    /// <summary>Fails if a commit has.</summary>
    public Task CheckAsync() => _started.Find(static task => task.IsFaulted) ?? Task.CompletedTask;

    /// <summary>Waits until all have ended; fails if one has.</summary>
    public Task SettleAsync() => Task.WhenAll(_started);

    public void Dispose() => _room.Dispose();

    private async Task<ShardOutput> WriteAsync(WindowShard shard)
    {
        await _room.WaitAsync();
        try
        {
            return await write(shard);
        }
        finally
        {
            _room.Release();
        }
    }
}
