namespace BatchLLM.Jobs;

/// <summary>
/// The written shards of one window on their way into the store, as many in one transaction as come within half a second: a
/// transaction waits for the device and for the other workers of the job, whatever it holds.
/// </summary>
/// <param name="shards">How many there are in the window; the last one to come is not made to wait.</param>
/// <param name="commit">Commits some; says of each whether it counts.</param>
/// <param name="time">The clock.</param>
internal sealed class GroupCommit(
    int shards, Func<IReadOnlyList<FinishedShard>, Task<IReadOnlyList<bool>>> commit, TimeProvider time)
{
    // So much more is run again after a crash. Shards of a fast engine come sooner, and those of a slow one need not wait for company.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private Gathering? _open;
    private int _missing = shards;

    /// <summary>Commits a shard beside others; false if its lease was lost.</summary>
    /// <exception cref="BatchLLMException">The store failed.</exception>
    public async Task<bool> CommitAsync(FinishedShard shard)
    {
        var (gathering, place) = Join(shard);
        if (place == 0)
        {
            await Task.WhenAny(gathering.Full.Task, Task.Delay(Patience, time));
            Close();
            gathering.Committed.SetResult(StoreAsync(gathering.Shards));
        }

        return (await await gathering.Committed.Task)[place];
    }

    private (Gathering Gathering, int Place) Join(FinishedShard shard)
    {
        lock (_lock)
        {
            _open ??= new Gathering();
            _open.Shards.Add(shard);
            if (--_missing == 0)
            {
                _open.Full.SetResult();
            }

            return (_open, _open.Shards.Count - 1);
        }
    }

    // What fails at once must reach all who wait, too.
    private async Task<IReadOnlyList<bool>> StoreAsync(IReadOnlyList<FinishedShard> gathered) => await commit(gathered);

    private void Close()
    {
        lock (_lock)
        {
            _open = null;
        }
    }

    private sealed class Gathering
    {
        public List<FinishedShard> Shards { get; } = [];

        public TaskCompletionSource Full { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<Task<IReadOnlyList<bool>>> Committed { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
