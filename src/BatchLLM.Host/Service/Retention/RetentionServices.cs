using BatchLLM.Host.Retention;
using Microsoft.Extensions.DependencyInjection;

namespace BatchLLM.Host.Service.Retention;

/// <summary>What removes what is over.</summary>
internal static class RetentionServices
{
    public static void AddTo(IServiceCollection services, RetentionSettings settings, DatabaseSession state)
    {
        services.AddSingleton(settings).AddSingleton(state.Retention).AddSingleton(state.ResultRetention);
        services.AddSingleton<JobRetention>().AddSingleton<ResultRetention>().AddSingleton<FileRetention>().AddSingleton<UploadSweep>();
        services.AddSingleton<RetentionKeeper>().AddHostedService(found => found.GetRequiredService<RetentionKeeper>());
    }
}
