using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.IntegrationTests.Service.OpenAi;
using Xunit;

namespace BatchLLM.IntegrationTests.Service.Schedules;

/// <summary><c>PATCH /api/schedules/{id}</c>.</summary>
public sealed class SchedulePatchTests(IdleService idle) : IClassFixture<IdleService>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private HttpClient Client => idle.Service.Client;

    [Theory]
    [InlineData("{\"cron\":\"0 5 * * *\"}", "cron", "0 5 * * *")]
    [InlineData("{\"time_zone\":\"America/New_York\"}", "time_zone", "America/New_York")]
    [InlineData("{\"time_zone\":null}", "time_zone", "UTC")]
    [InlineData("{\"misfire\":\"skip\"}", "misfire", "skip")]
    [InlineData("{\"overlap\":\"cancel_previous\"}", "overlap", "cancel_previous")]
    [InlineData("{\"priority\":7}", "priority", "7")]
    [InlineData("{\"name\":\"renamed\"}", "name", "renamed")]
    [InlineData("{\"state\":\"paused\"}", "state", "paused")]
    [InlineData("{}", "state", "active")]
    public async Task What_is_named_changes_and_the_rest_stays(string patch, string member, string expected)
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", $"patched-{Guid.NewGuid():N}"));
        var before = await Client.OkAsync(HttpMethod.Get, $"/api/schedules/{id}");

        var after = await Client.OkAsync(HttpMethod.Patch, $"/api/schedules/{id}", JsonNode.Parse(patch));

        Assert.Equal(expected, after.GetProperty(member).ToString());
        string[] others = ["name", "cron", "time_zone", "misfire", "overlap", "priority", "state", "job"];
        Assert.All(others.Where(other => other != member), other => Assert.Equal(before.GetProperty(other).GetRawText(), after.GetProperty(other).GetRawText()));
    }

    [Fact]
    public async Task Keys_of_the_job_change_one_by_one()
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "keys"));
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/schedules/{id}")
        {
            Content = new StringContent(
                "{\"job\":{\"sampling\":{\"max_tokens\":9},\"policies\":{\"rows_per_shard\":null}}}", Encoding.UTF8, "application/merge-patch+json"),
        };

        using var response = await Client.SendAsync(request, Token);

        var job = (await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK)).GetProperty("job");
        Assert.Equal(9, job.GetProperty("sampling").GetProperty("max_tokens").GetInt32());
        Assert.Equal("ticket_id", job.GetProperty("id_column").GetString());
        Assert.False(job.TryGetProperty("policies", out var policies) && policies.TryGetProperty("rows_per_shard", out _));
    }

    [Theory]
    [InlineData("{\"cron\":\"whenever\"}", "cron")]
    [InlineData("{\"cron\":null}", "cron")]
    [InlineData("{\"time_zone\":\"Mars/Olympus\"}", "time_zone")]
    [InlineData("{\"overlap\":\"sometimes\"}", "overlap")]
    [InlineData("{\"priority\":101}", "priority")]
    [InlineData("{\"state\":\"broken\"}", "state")]
    [InlineData("{\"state\":null}", "state")]
    [InlineData("{\"color\":\"red\"}", "color")]
    [InlineData("{\"job\":{\"model\":\"../../etc\"}}", "model")]
    [InlineData("{\"job\":{\"output\":{\"uri\":\"/etc/out\"}}}", "output")]
    [InlineData("{\"job\":null}", "job")]
    [InlineData("{\"priority\":1,\"priority\":2}", "twice")]
    [InlineData("[]", "object")]
    [InlineData("", "JSON")]
    public async Task What_a_schedule_cannot_be_is_said_and_nothing_changes(string patch, string expected)
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", $"refused-{Guid.NewGuid():N}"));
        var before = await Client.OkAsync(HttpMethod.Get, $"/api/schedules/{id}");
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/schedules/{id}")
        {
            Content = new StringContent(patch, Encoding.UTF8, "application/json"),
        };

        using var response = await Client.SendAsync(request, Token);

        Assert.Contains(expected, await ServiceHost.ProblemOfAsync(response, HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Equal(Stamp(before), Stamp(await Client.OkAsync(HttpMethod.Get, $"/api/schedules/{id}")));
    }

    [Fact]
    public async Task Changes_at_the_same_time_are_all_made()
    {
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "raced"));
        string[] patches = ["{\"cron\":\"0 5 * * *\"}", "{\"priority\":7}", "{\"misfire\":\"skip\"}", "{\"state\":\"paused\"}", "{\"time_zone\":\"UTC\"}"];

        await Task.WhenAll(patches.Select(patch => Client.OkAsync(HttpMethod.Patch, $"/api/schedules/{id}", JsonNode.Parse(patch))));

        var after = await Client.OkAsync(HttpMethod.Get, $"/api/schedules/{id}");
        Assert.Equal(
            ("0 5 * * *", 7, "skip", "paused", "UTC"),
            (Text(after, "cron"), after.GetProperty("priority").GetInt32(), Text(after, "misfire"), Text(after, "state"), Text(after, "time_zone")));
    }

    [Fact]
    public async Task A_name_that_is_taken_and_a_schedule_that_is_not_there()
    {
        await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "first"));
        var id = await Client.ScheduleAsync(ScheduleBench.Schedule("30 2 * * *", "second"));

        using var taken = await Client.SendAsync(HttpMethod.Patch, $"/api/schedules/{id}", JsonNode.Parse("{\"name\":\"first\"}"));
        using var missing = await Client.SendAsync(HttpMethod.Patch, "/api/schedules/999999", JsonNode.Parse("{}"));

        await ServiceHost.ProblemOfAsync(taken, HttpStatusCode.Conflict);
        await ServiceHost.ProblemOfAsync(missing, HttpStatusCode.NotFound);
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static string? Stamp(JsonElement schedule) => Text(schedule, "updated_at");
}
