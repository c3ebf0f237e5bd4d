using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using BatchLLM.IntegrationTests.Postgres;
using Xunit;

namespace BatchLLM.IntegrationTests.Service;

public sealed class EventTests(TestCluster cluster) : ServiceTests(cluster)
{
    [Fact]
    public async Task All_listeners_hear_of_each_change_until_the_job_is_over()
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 2);
        await using var one = await ListenAsync(job);
        await using var other = await ListenAsync(job);
        foreach (var listener in new[] { one, other })
        {
            Assert.Equal(("running", 0), await NextAsync(listener));
        }

        await job.CommitAsync(0);
        foreach (var listener in new[] { one, other })
        {
            Assert.Equal(("running", 1), await NextAsync(listener));
        }

        await job.CommitAsync(1);
        await job.PublishAsync();
        foreach (var listener in new[] { one, other })
        {
            Assert.Equal(("completed", 2), await LastAsync(listener));
            Assert.False(await listener.MoveNextAsync());
        }
    }

    [Fact]
    public async Task A_browser_that_comes_back_after_the_end_is_told_to_stay_away()
    {
        var id = await Service.AcceptAsync(ServiceHost.Job());
        using var cancelled = await Client.PostAsync($"/api/jobs/{id}/cancel", null);
        var events = SseParser.Create(await Client.GetStreamAsync($"/api/jobs/{id}/events"));

        var only = Assert.Single(events.Enumerate());
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}/events");
        request.Headers.Add("Last-Event-ID", only.EventId);
        using var response = await Client.SendAsync(request);

        Assert.Equal("progress", only.EventType);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task Listeners_do_not_hold_up_the_service_when_it_stops()
    {
        var job = await WrittenJob.CreateAsync(Service, shards: 1);
        await using var listener = await ListenAsync(job);
        await NextAsync(listener);
        using var results = await Client.GetAsync($"{job.Url}/results?wait=true", HttpCompletionOption.ResponseHeadersRead);

        await Service.StopAsync();

        Assert.False(await listener.MoveNextAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => results.Content.ReadAsStringAsync()); // it is not whole
    }

    private async Task<IAsyncEnumerator<SseItem<string>>> ListenAsync(WrittenJob job) =>
        SseParser.Create(await Client.GetStreamAsync($"{job.Url}/events")).EnumerateAsync().GetAsyncEnumerator();

    private static async Task<(string? State, int Committed)> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        Assert.True(await events.MoveNextAsync());
        var job = JsonDocument.Parse(events.Current.Data).RootElement;
        return (job.GetProperty("state").GetString(), job.GetProperty("committed_shards").GetInt32());
    }

    /// <summary>The first event of a job that is over; what came before depends on when it was looked at.</summary>
    private static async Task<(string? State, int Committed)> LastAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        var next = await NextAsync(events);
        return next.State == "running" ? await LastAsync(events) : next;
    }
}
