using System.Net;
using BatchLLM.Host.Service.Jobs;
using BatchLLM.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BatchLLM.Host.Service;

/// <summary>
/// Does once, before anybody is told where the service listens, what its first requests would wait for: of a thousand submissions by
/// fifty clients at once, the fifty first took 0.4 s each, all others under 0.1 s.
/// </summary>
internal static class WarmUp
{
    private const long NoJob = 0;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static ReadOnlySpan<byte> JobFile => """{"name":"none","model":"none","input":"none","prompt":{"text":""},"output":{"uri":"none"}}"""u8;

    /// <summary>Goes the way of a submission and of a look at a job, but changes nothing. What is in the way is left to the first requests.</summary>
    /// <param name="app">An application that has started.</param>
    /// <param name="listen">Where it was told to listen.</param>
    /// <param name="stop">Leaves the rest to the first requests.</param>
    public static async Task RunAsync(WebApplication app, IPEndPoint listen, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        try
        {
            await AskAsync(new UriBuilder(app.Urls.Single()) { Host = HostOf(listen.Address), Path = "/readyz" }.Uri, limit.Token);
            _ = app.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions.GetTypeInfo(typeof(JobView));
            app.Services.GetRequiredService<JobIntake>().Read(JobFile);
            await app.Services.GetRequiredService<IJobStore>().FindAsync(NoJob, limit.Token);
            await app.Services.GetRequiredService<IJobQueue>().ListAsync(new JobFilter(), 1, limit.Token);
        }
        catch (Exception e) when (e is BatchLLMException or HttpRequestException or OperationCanceledException)
        {
            // A database that went away, a firewall within this machine, a signal to end: the service says so itself.
        }
    }

    /// <summary>By a connection, as others will: whatever is asked for first, all endpoints are put together and compiled for it.</summary>
    private static async Task AskAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await client.GetAsync(address, cancellationToken);
    }

    private static string HostOf(IPAddress address) =>
        address.Equals(IPAddress.Any) ? $"{IPAddress.Loopback}"
        : address.Equals(IPAddress.IPv6Any) ? $"[{IPAddress.IPv6Loopback}]"
        : $"{new IPEndPoint(address, 0)}"[..^2];
}
