using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchLLM.Host.Service.Schedules;
using BatchLLM.Schedules;
using Microsoft.Extensions.DependencyInjection;

namespace BatchLLM.IntegrationTests.Service.Schedules;

/// <summary>Schedules of a service, as tests make and watch them.</summary>
internal static class ScheduleBench
{
    /// <summary>A good schedule, to be changed by the test.</summary>
    public static JsonObject Schedule(string cron, string name = "nightly", string overlap = "queue", string misfire = "run_once")
    {
        var job = ServiceHost.Job();
        job["output"] = new JsonObject { ["uri"] = "out/{{schedule}}/{{date}}T{{hour}}-{{minute}}" };
        return new JsonObject
        {
            ["name"] = name,
            ["cron"] = cron,
            ["time_zone"] = "Europe/Berlin",
            ["overlap"] = overlap,
            ["misfire"] = misfire,
            ["job"] = job,
        };
    }

    /// <summary>Sends a schedule.</summary>
    public static Task<HttpResponseMessage> SendAsync(this HttpClient client, HttpMethod method, string url, JsonNode? body = null) =>
        client.SendAsync(new HttpRequestMessage(method, url)
        {
            Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        });

    /// <summary>Makes a schedule that must be accepted; its number.</summary>
    public static async Task<long> ScheduleAsync(this HttpClient client, JsonNode schedule)
    {
        using var response = await client.SendAsync(HttpMethod.Post, "/api/schedules", schedule);
        return (await ServiceHost.JsonOfAsync(response, HttpStatusCode.Created)).GetProperty("id").GetInt64();
    }

    /// <summary>An answer that must be OK.</summary>
    public static async Task<JsonElement> OkAsync(this HttpClient client, HttpMethod method, string url, JsonNode? body = null)
    {
        using var response = await client.SendAsync(method, url, body);
        return await ServiceHost.JsonOfAsync(response, HttpStatusCode.OK);
    }

    /// <summary>Fires a schedule as Quartz does.</summary>
    public static async Task<Firing> FireAsync(this ServiceHost service, long id, DateTimeOffset fireTime)
    {
        var schedule = await service.State.Schedules.FindAsync(id, CancellationToken.None);
        var firing = service.Services.GetRequiredService<ScheduleFiring>();
        return (await firing.FireAsync(schedule!, fireTime, isManual: false, CancellationToken.None))!;
    }

    /// <summary>Its past firings, the latest first, once there are enough.</summary>
    public static async Task<IReadOnlyList<Firing>> FiringsAsync(this ServiceHost service, long id, Func<IReadOnlyList<Firing>, bool> areEnough)
    {
        await using var changes = await service.WatchAsync("schedule_firings");
        while (true)
        {
            var firings = await service.State.Schedules.ListFiringsAsync(id, before: null, limit: 1000, CancellationToken.None);
            if (areEnough(firings))
            {
                return firings;
            }

            await changes.NextAsync();
        }
    }
}
