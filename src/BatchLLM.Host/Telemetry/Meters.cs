using BatchLLM.Jobs;

namespace BatchLLM.Host.Telemetry;

/// <summary>The meters that are shown to the outside: this program's, and those of what it stands on.</summary>
internal static class Meters
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Shown { get; } =
    [
        PipelineTelemetry.Name,
        "Microsoft.AspNetCore.Hosting", // requests by route and status
        "Microsoft.AspNetCore.Server.Kestrel", // connections
        "Npgsql", // connections of the pool, commands
        "System.Runtime", // memory, collections, threads, processor time
    ];
}
