using System.Reflection;
using BatchLLM.Host.Jobs;
using BatchLLM.Jobs;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BatchLLM.Host.Telemetry;

/// <summary>
/// Sends metrics and traces by OTLP for as long as it lives, where OpenTelemetry's standard environment variables ask for it
/// (OTEL_EXPORTER_OTLP_ENDPOINT and its relatives); they say everything else, too: protocol, headers, intervals, sampling.
/// </summary>
internal sealed class TelemetryExport : IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Service = "OTEL_SERVICE_NAME";

    private readonly MeterProvider? _meters;
    private readonly TracerProvider? _traces;

    private TelemetryExport(MeterProvider? meters, TracerProvider? traces) => (_meters, _traces) = (meters, traces);

    /// <summary>Starts sending what the environment asks for; without it, nothing is set up and nothing measured.</summary>
    /// <param name="environment">A variable's value; null if it is not set.</param>
    public static TelemetryExport Start(Func<string, string?> environment)
    {
        if (string.Equals(environment("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return new TelemetryExport(null, null);
        }

        var service = environment(Service);
        return new TelemetryExport(
            IsWanted(environment, "METRICS") ? Meters(service) : null, IsWanted(environment, "TRACES") ? Traces(service) : null);
    }

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _meters?.Dispose();
        _traces?.Dispose();
    }

    private static bool IsWanted(Func<string, string?> environment, string signal) =>
        (!string.IsNullOrEmpty(environment(Endpoint)) || !string.IsNullOrEmpty(environment($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")))
        && environment($"OTEL_{signal}_EXPORTER") is null or "" or "otlp";

    private static MeterProvider Meters(string? service) => Sdk.CreateMeterProviderBuilder()
        .SetResourceBuilder(Resource(service)).AddMeter([.. Telemetry.Meters.Shown]).AddOtlpExporter().Build();

    // Not the database's commands: heartbeats and polls would be most of it.
    private static TracerProvider Traces(string? service) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(Resource(service)).AddSource(PipelineTelemetry.Name, "Microsoft.AspNetCore").AddOtlpExporter().Build();

    private static ResourceBuilder Resource(string? name) => ResourceBuilder.CreateDefault().AddService(
        string.IsNullOrEmpty(name) ? "batchllm" : name,
        serviceVersion: typeof(TelemetryExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
        serviceInstanceId: WorkerIdentity.Current);
}
