using BatchLLM.Jobs;
using BatchLLM.Overview;
using Xunit;

namespace BatchLLM.Tests.Overview;

public sealed class TimeLeftTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_steady_job_ends_within_its_range_and_the_range_narrows()
    {
        var (early, late) = (Steady(commits: 4), Steady(commits: 64));

        var (first, second) = (Left(early), Left(late));

        // 100 shards of 100 rows, one every 10 s.
        Assert.InRange(TimeSpan.FromSeconds(960), first.Shortest, first.Longest);
        Assert.InRange(TimeSpan.FromSeconds(360), second.Shortest, second.Longest);
        Assert.True(second.Longest / second.Shortest < first.Longest / first.Shortest);
    }

    [Fact]
    public void A_job_that_became_slower_takes_from_what_it_was_to_what_it_is()
    {
        // 600 shards a second apart, then 256 that took a minute each.
        var commits = Enumerable.Range(1, 600).Select(second => Start.AddSeconds(second))
            .Concat(Enumerable.Range(1, 256).Select(minute => Start.AddSeconds(600).AddMinutes(minute)));

        var left = Left(Job(commits, shards: 866));

        Assert.True(left.Shortest < TimeSpan.FromSeconds(10 * 20), left.ToString());
        Assert.True(left.Longest > TimeSpan.FromMinutes(10), left.ToString());
    }

    [Fact]
    public void What_a_pause_took_does_not_count()
    {
        var resumed = Start.AddHours(10);
        var job = Job(Enumerable.Range(1, 8).Select(index => resumed.AddSeconds(index)), shards: 16) with { ResumedAt = resumed };

        var left = TimeLeft.Of(job, resumed.AddSeconds(8))!.Value;

        Assert.InRange(TimeSpan.FromSeconds(8), left.Shortest, left.Longest);
        Assert.True(left.Longest < TimeSpan.FromSeconds(20), left.ToString());
    }

    [Fact]
    public void A_job_whose_commits_stop_to_come_slows_down()
    {
        var job = Steady(commits: 20);

        var (now, later) = (Pace.OfLate(job, Start.AddSeconds(200))!, Pace.OfLate(job, Start.AddSeconds(2000))!);

        Assert.Equal(10, now.RowsPerSecond, 0.001);
        Assert.Equal(2000.0 / 1990, later.RowsPerSecond, 0.001);
        Assert.Equal(20, now.Samples);
    }

    [Fact]
    public void Shards_that_are_committed_together_took_the_time_since_their_lease()
    {
        // Windows of 100 shards, 60 s each; their commits come within the last second.
        var groups = Enumerable.Range(1, 3).Reverse()
            .Select(window => new CommitGroup(Start.AddSeconds(60 * (window - 1)), Start.AddSeconds(60 * window), 1_000, 60_000, 100));
        var job = Steady(commits: 1) with { Rows = 10_000, Commits = [.. groups], Counts = new RowCounts(3_000, 0, 0, 120_000, 60_000), CommittedShards = 300 };

        var pace = Pace.OfLate(job, Start.AddSeconds(235))!;
        var left = TimeLeft.Of(job, Start.AddSeconds(235))!.Value;

        Assert.Equal(1_000, pace.TokensPerSecond, 0.001);
        Assert.InRange(TimeSpan.FromSeconds(420 - 55), left.Shortest, left.Longest);
    }

    [Theory]
    [InlineData(JobState.Paused, 50)]
    [InlineData(JobState.Completed, 50)]
    [InlineData(JobState.Running, 0)]
    public void Nothing_is_said_of_a_job_that_does_not_run_or_has_not_begun(JobState state, int commits) =>
        Assert.Null(TimeLeft.Of(Steady(commits) with { State = state }, Start.AddHours(1)));

    [Fact]
    public void Nothing_is_said_of_a_job_that_no_worker_has_any_of() =>
        Assert.Null(TimeLeft.Of(Steady(commits: 50) with { HeldRows = 0 }, Start.AddSeconds(500)));

    [Fact]
    public void Rows_that_all_failed_at_once_say_nothing()
    {
        var job = Steady(commits: 5) with { Commits = [.. Steady(commits: 5).Commits.Select(commit => commit with { Rows = 1 })] };

        Assert.Null(TimeLeft.Of(job, Start.AddSeconds(50)));
    }

    [Fact]
    public void Places_are_written_and_read()
    {
        Assert.Equal(new JobPlace(3, 9950), JobPlace.Find(JobPlace.Of(Steady(1) with { Id = 9950, State = JobState.Failed }).ToString()));
        Assert.Equal(new JobPlace(0, 7), JobPlace.Find("0-7"));
        Assert.All(["", "4-1", "1", "1-2-3", "-1-2", "1--2", "a-b", null], text => Assert.Null(JobPlace.Find(text)));
    }

    private static TimeLeft Left(JobGlance job) => TimeLeft.Of(job, job.Commits[0].At)!.Value;

    private static JobGlance Steady(int commits) =>
        Job(Enumerable.Range(1, commits).Select(index => Start.AddSeconds(10 * index)), shards: 100);

    private static JobGlance Job(IEnumerable<DateTimeOffset> commits, int shards)
    {
        var times = commits.Prepend(Start).ToList();
        var all = times.Zip(times.Skip(1), (from, to) => new CommitGroup(from, to, Rows: 100, Tokens: 5_000, Shards: 1)).Reverse().ToList();
        return new JobGlance
        {
            Id = 1,
            Name = "job",
            Tenant = "default",
            Model = "/models/tiny",
            State = JobState.Running,
            CreatedAt = Start,
            PlannedAt = Start,
            SeenAt = Start,
            Rows = shards * 100,
            HeldRows = 100,
            Counts = new RowCounts(all.Count * 100, 0, 0, all.Count * 4_000, all.Count * 1_000),
            Shards = shards,
            CommittedShards = all.Count,
            Commits = [.. all.Take(JobGlance.MostCommits)],
        };
    }
}
