using BatchLLM.Host.Service.Schedules;
using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.Schedules;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Schedules;

/// <summary>Real servers, real time: schedules go off where they should.</summary>
public sealed class ScheduleClockTests(CliFixture cli, TestCluster cluster) : IClassFixture<CliFixture>
{
    private const string EverySecond = "* * * * * ?";

    [Fact]
    public async Task Two_servers_make_one_job_a_firing_and_a_paused_schedule_makes_none()
    {
        await using var first = await ServiceHost.StartAsync(cluster);
        await using var second = await first.StartBesideAsync();
        var id = await first.Client.ScheduleAsync(ScheduleBench.Schedule(EverySecond));
        second.Services.GetRequiredService<ScheduleClock>().Look(); // it would within a minute
        await first.FiringsAsync(id, firings => firings.Count >= 3);

        await second.Client.OkAsync(HttpMethod.Post, $"/api/schedules/{id}/pause");
        var paused = (await first.State.Schedules.FindAsync(id, CancellationToken.None))!.UpdatedAt;
        var watched = await first.Client.ScheduleAsync(ScheduleBench.Schedule(EverySecond, "watched"));
        await first.FiringsAsync(watched, firings => firings.Count >= 3);

        var all = await first.FiringsAsync(id, _ => true);
        AssertOneJobEach(all);
        Assert.True(all[0].FireTime <= paused, $"It fired at {all[0].FireTime:O}, and was paused at {paused:O}.");
    }

    [Theory]
    [InlineData("run_once", 1)]
    [InlineData("skip", 0)]
    public async Task What_was_missed_while_no_server_ran_is_dealt_with_by_its_rule(string misfire, int expected)
    {
        const string Daily = "30 2 * * *";
        await using var first = await ServiceHost.StartAsync(cluster);
        var id = await first.Client.ScheduleAsync(ScheduleBench.Schedule(Daily, misfire: misfire));
        var marker = await first.Client.ScheduleAsync(ScheduleBench.Schedule(EverySecond, "z-marker"));
        await first.FiringsAsync(marker, firings => firings.Count > 0); // by name, its trigger is set after the other's
        await first.StopAsync();
        // Three days pass.
        await first.ExecuteAsync($"""
            update batchllm.qrtz_triggers
               set next_fire_time = next_fire_time - 3 * 864000000000, start_time = start_time - 3 * 864000000000
             where trigger_name like '{id}@%'
            """);
        var began = DateTimeOffset.UtcNow;

        await using var second = await first.StartBesideAsync();

        var afterwards = await second.FiringsAsync(marker, firings => firings[0].FireTime > began.AddSeconds(1));
        var firings = await second.FiringsAsync(id, firings => firings.Count >= expected);
        Assert.NotEmpty(afterwards);
        Assert.Equal(expected, firings.Count);
        Assert.All(firings, firing => Assert.Equal(CronTimes.Parse(Daily, "Europe/Berlin").Latest(began), firing.FireTime));
    }

    [Fact]
    public async Task A_server_whose_database_is_away_ends_all_the_same()
    {
        await using var service = await ServiceHost.StartAsync(cluster);
        var id = await service.Client.ScheduleAsync(ScheduleBench.Schedule(EverySecond));
        await service.FiringsAsync(id, firings => firings.Count > 0);

        await service.DropDatabaseAsync();
        await service.StopAsync();

        Assert.DoesNotContain("unexpected", service.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_a_server_is_killed_another_one_goes_on_and_no_firing_is_lost()
    {
        var (killed, survivor) = (Start(), Start());
        await using var first = await ServeProcess.StartAsync(killed);
        await using var second = await ServeProcess.StartAsync(survivor);
        var schedule = ScheduleBench.Schedule(EverySecond);
        schedule["job"]!["model"] = "tiny";
        var id = await first.Client.ScheduleAsync(schedule);
        schedule["name"] = "survivors"; // so that both look at their schedules at once
        await second.Client.ScheduleAsync(schedule);
        await FiringsAsync(second, id, firings => firings.Count >= 2);

        killed.Kill();
        var moment = DateTimeOffset.UtcNow;
        var firings = await FiringsAsync(second, id, firings => firings[0] > moment.AddSeconds(2));

        Assert.Equal(firings.Count, firings.Distinct().Count());
        Assert.Equal(firings.Count, (int)(firings[0] - firings[^1]).TotalSeconds + 1);
    }

    private System.Diagnostics.Process Start()
    {
        Directory.CreateDirectory(Path.Combine(cli.DataDirectory, "models", "tiny"));
        return cli.Start([], "serve", "--listen", "http://127.0.0.1:0", "--json", "--no-worker");
    }

    private async Task<List<DateTimeOffset>> FiringsAsync(
        ServeProcess serve, long id, Func<List<DateTimeOffset>, bool> areEnough)
    {
        await using var changes = await cli.WatchAsync("schedule_firings");
        while (true)
        {
            var page = await serve.Client.OkAsync(HttpMethod.Get, $"/api/schedules/{id}/firings?limit=200");
            var times = page.GetProperty("firings").EnumerateArray().Select(firing => firing.GetProperty("fire_time").GetDateTimeOffset()).ToList();
            if (areEnough(times))
            {
                return times;
            }

            await changes.NextAsync();
        }
    }

    private static void AssertOneJobEach(IReadOnlyList<Firing> firings)
    {
        Assert.All(firings, firing => Assert.Equal(FiringOutcome.Submitted, firing.Outcome));
        Assert.Equal(firings.Count, firings.Select(firing => firing.JobId).Distinct().Count());
        Assert.Equal(firings.Count, firings.Select(firing => firing.FireTime).Distinct().Count());
        Assert.All(firings, firing => Assert.Equal(0, firing.FireTime.Ticks % TimeSpan.TicksPerSecond));
        Assert.Equal(firings.Count - 1, (firings[0].FireTime - firings[^1].FireTime).TotalSeconds);
    }
}
