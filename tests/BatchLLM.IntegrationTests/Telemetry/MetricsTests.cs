using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using BatchLLM.Access;
using BatchLLM.IntegrationTests.Cli;
using BatchLLM.IntegrationTests.Postgres;
using BatchLLM.IntegrationTests.Service;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.IntegrationTests.Telemetry;

/// <summary><c>/metrics</c> of a service that needs keys.</summary>
public sealed partial class MetricsTests(TestCluster cluster) : IAsyncLifetime
{
    private ServiceHost? _service;

    private ServiceHost Service => _service!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _service = await ServiceHost.StartAsync(cluster, needsKeys: true);

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    [Fact]
    public async Task An_administrator_sees_the_queue_and_the_requests_and_no_tenant_does()
    {
        var submission = new JobSubmission("a", "{}", "model", "out");
        await Service.State.Queue.SubmitAsync(submission, Token);
        await Service.State.Queue.SubmitAsync(submission with { Name = "b" }, Token);
        await Service.State.Workers.BeatAsync(new WorkerBeat("w", "h", "v", WorkerState.Idle, null, []), Token);
        await Service.LookAtQueueAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(AccessRole.Submit)).Status);
        var (status, text) = await GetAsync(AccessRole.Admin);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("batchllm_jobs{state=\"queued\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("batchllm_workers{state=\"idle\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("batchllm_leases 0\n", text, StringComparison.Ordinal);
        Assert.Matches("http_server_request_duration_seconds_count{[^}]*http_response_status_code=\"403\"[^}]*} 1\n", text);
    }

    [Fact]
    public async Task Each_metric_of_this_program_is_described_and_each_described_one_is_there()
    {
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(PipelineTelemetry).TypeHandle);
        var instruments = new HashSet<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == PipelineTelemetry.Name)
            {
                instruments.Add($"{instrument.Name} {instrument.Unit}");
            }
        };
        listener.Start();

        var described = Row().Matches(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "ops", "telemetry.md"), Token))
            .Select(row => $"{row.Groups[1]} {row.Groups[2]}");

        Assert.Equal(described.Order(), instruments.Order());
    }

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(AccessRole? role)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (role is { } asked)
        {
            var token = AccessToken.Create();
            await Service.State.ApiKeys.CreateAsync(new NewApiKey("a", asked, "test", Lifetime: null), AccessToken.DigestOf(token)!, Token);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var response = await Service.Client.SendAsync(request, Token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    [GeneratedRegex(@"^\| `(batchllm\.[a-z._]+)` \| ([^ ]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
