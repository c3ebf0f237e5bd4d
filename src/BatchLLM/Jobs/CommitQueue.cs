namespace BatchLLM.Jobs;

/// <summary>
/// Finished shards on their way into the output, beside the engine: while a window runs, the shards of the one before are
/// still being written and committed. Later windows wait.
/// </summary>
/// <remarks>
/// A commit waits for the device and the store, several milliseconds in which nothing would be computed. What a crash costs
/// grows by the part of a window that waits here.
/// </remarks>
internal sealed class CommitQueue : IAsyncDisposable
{
    // Each writes a file and takes a connection of the store.
    private const int AtOnce = 4;

    private readonly SemaphoreSlim _room = new(AtOnce);
    private Task _window = Task.CompletedTask; // the commits of the window before

    /// <summary>Starts a commit as soon as there is room.</summary>
    public Task Start(Func<Task> commit) => Task.Run(async () =>
    {
        await _room.WaitAsync();
        try
        {
            await commit();
        }
        finally
        {
            _room.Release();
        }
    });

    /// <summary>Takes over a window that has run, with its commits, once the one before it is settled.</summary>
    /// <exception cref="BatchLLMException">A commit of the window before failed.</exception>
    /// <exception cref="OperationCanceledException">The leases of the window before were lost.</exception>
    public async Task TakeAsync(HeldWindow held, IReadOnlyList<Task> commits)
    {
        var former = _window;
        _window = FinishAsync(held, commits);
        await former;
    }

    /// <summary>Waits until nothing is left to commit.</summary>
    /// <exception cref="BatchLLMException">A commit failed.</exception>
    /// <exception cref="OperationCanceledException">The leases were lost.</exception>
    public async Task SettleAsync()
    {
        var former = _window;
        _window = Task.CompletedTask;
        await former;
    }

    /// <summary>Waits for the commits of a window that failed, whose own failure is the one to report.</summary>
    public static async Task AbandonAsync(HeldWindow held, IReadOnlyList<Task> commits) =>
        await FinishAsync(held, commits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public async ValueTask DisposeAsync()
    {
        await _window.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _room.Dispose();
    }

    private static async Task FinishAsync(HeldWindow held, IReadOnlyList<Task> commits)
    {
        await using (held)
        {
            await Task.WhenAll(commits);
        }
    }
}
