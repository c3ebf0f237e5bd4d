namespace BatchLLM.Jobs;

/// <summary>The complete shards of one window on their way into the output, a few at a time, beside the rows that still run.</summary>
/// <remarks>A commit waits for the device and the store, several milliseconds in which nothing would be computed.</remarks>
/// <param name="commit">Writes and commits one.</param>
internal sealed class ShardCommits(Func<WindowShard, Task> commit) : IDisposable
{
    // Each writes a file and takes a connection of the store.
    private const int AtOnce = 4;

    private readonly SemaphoreSlim _room = new(AtOnce);
    private readonly List<Task> _started = [];

    /// <summary>Starts a commit as soon as there is room.</summary>
    public void Start(WindowShard shard) => _started.Add(Task.Run(() => CommitAsync(shard)));

    /// <summary>Fails if a commit has.</summary>
    public Task CheckAsync() => _started.Find(static task => task.IsFaulted) ?? Task.CompletedTask;

    /// <summary>Waits until all have ended; fails if one has.</summary>
    public Task SettleAsync() => Task.WhenAll(_started);

    public void Dispose() => _room.Dispose();

    private async Task CommitAsync(WindowShard shard)
    {
        await _room.WaitAsync();
        try
        {
            await commit(shard);
        }
        finally
        {
            _room.Release();
        }
    }
}
