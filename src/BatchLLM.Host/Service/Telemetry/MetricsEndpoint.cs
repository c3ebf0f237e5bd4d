using System.Diagnostics.Metrics;
using BatchLLM.Access;
using BatchLLM.Host.Service.Access;
using BatchLLM.Host.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace BatchLLM.Host.Service.Telemetry;

/// <summary><c>/metrics</c>: this process and the queue, as Prometheus scrapes them. With keys, for an administrator's: it is about all tenants.</summary>
internal static class MetricsEndpoint
{
    public static void AddTo(IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<QueueGauges>().AddHostedService(found => found.GetRequiredService<QueueGauges>());
        services.AddSingleton(found => new MetricCollection(Meters.Shown, found.GetRequiredService<IMeterFactory>()));
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        // From the start, not from the first scrape: counters count what was before it.
        var collection = app.ServiceProvider.GetRequiredService<MetricCollection>();
        app.MapGet("/metrics", () => TypedResults.Text(PrometheusText.Write(collection.Collect()), PrometheusText.ContentType))
            .For(AccessRole.Admin).WithTags("Health").WithSummary("Metrics in Prometheus' text format, by an administrator's key.");
    }
}
