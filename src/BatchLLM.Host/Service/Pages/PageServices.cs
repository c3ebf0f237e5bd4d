using BatchLLM.Host.Service.Access;
using Microsoft.Extensions.DependencyInjection;

namespace BatchLLM.Host.Service.Pages;

/// <summary>What pages are made of.</summary>
internal static class PageServices
{
    /// <summary>Adds it. Before the other handlers of faults: theirs are for programs.</summary>
    public static void AddTo(IServiceCollection services, ServiceSettings settings, DatabaseSession state)
    {
        services.AddSingleton(state.Sessions).AddSingleton(state.Overview).AddSingleton(state.Workers);
        services.AddSingleton<SessionRing>().AddSingleton(found => new SessionGuard(
            found.GetRequiredService<SessionRing>(), found.GetRequiredService<FailedAttempts>(), settings.NeedsKeys));
        services.AddSingleton<LiveLooks>().AddSingleton<LiveStream>();
        services.AddSingleton<JobListReader>().AddSingleton<JobDetailReader>().AddSingleton<ScheduleReader>().AddSingleton<ModelFolders>();
        services.AddSingleton<ThroughputReader>().AddSingleton<ErrorReader>();
        services.AddExceptionHandler<PageFaults>();
    }
}
