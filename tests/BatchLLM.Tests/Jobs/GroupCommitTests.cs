using BatchLLM.Jobs;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Jobs;

/// <summary>Which shards of a window share a transaction.</summary>
public sealed class GroupCommitTests
{
    private readonly HeldTime _time = new();
    private readonly List<int[]> _commits = []; // shard indexes of each

    [Fact]
    public async Task All_shards_of_a_window_go_together_and_each_gets_its_own_answer()
    {
        var group = Group(shards: 3);

        var answers = await Task.WhenAll(group.CommitAsync(Shard(0)), group.CommitAsync(Shard(1)), group.CommitAsync(Shard(2)));

        Assert.Equal([0, 1, 2], Assert.Single(_commits));
        Assert.Equal([true, false, true], answers);
    }

    [Fact]
    public async Task One_that_nobody_joins_in_time_goes_alone_and_the_last_one_does_not_wait()
    {
        var group = Group(shards: 2);

        var first = group.CommitAsync(Shard(0));
        Assert.Empty(_commits);
        _time.LetPass();

        Assert.True(await first);
        Assert.True(await group.CommitAsync(Shard(2)));
        Assert.Equal([[0], [2]], _commits);
    }

    [Fact]
    public async Task A_failure_reaches_all_who_wait()
    {
        var group = new GroupCommit(2, _ => throw new BatchLLMException("No database."), _time);

        var (first, second) = (group.CommitAsync(Shard(0)), group.CommitAsync(Shard(1)));

        await Assert.ThrowsAsync<BatchLLMException>(() => first);
        await Assert.ThrowsAsync<BatchLLMException>(() => second);
    }

    private GroupCommit Group(int shards) => new(
        shards,
        gathered =>
        {
            _commits.Add([.. gathered.Select(shard => shard.Lease.ShardIndex)]);
            return Task.FromResult<IReadOnlyList<bool>>([.. gathered.Select(shard => shard.Lease.ShardIndex != 1)]);
        },
        _time);

    private static FinishedShard Shard(int index) => new(
        new ShardLease(1, index, 1, new NewShard(0, new RowRange(1, 1, 0, 1), [])),
        new ShardOutput(new RowCounts(1, 0, 0, 0, 0), "file:///part", new BlobDigest(1, ""), null, null));

    /// <summary>Its timers ring when they are told to.</summary>
    private sealed class HeldTime : TimeProvider
    {
        private readonly List<Action> _timers = [];

        public void LetPass() => _timers.ForEach(ring => ring());

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add(() => callback(state));
            return System.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
