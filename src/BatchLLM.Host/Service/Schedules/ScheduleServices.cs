using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace BatchLLM.Host.Service.Schedules;

/// <summary>What schedules need of the service.</summary>
internal static class ScheduleServices
{
    private const int MostFiringsAtOnce = 2; // each is a few statements

    // Another server takes over what a dead one had begun after the sum of them.
    private static readonly TimeSpan CheckIn = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(4);

    public static void AddTo(IServiceCollection services, DatabaseSession state)
    {
        services.AddSingleton(state.Schedules).AddSingleton<ScheduleFiring>().AddSingleton<ScheduleDesk>().AddSingleton<ScheduleClock>();
        services.AddHostedService(found => found.GetRequiredService<ScheduleClock>());
        services.AddQuartz(quartz => quartz
            .ConfigureScheduler(options =>
            {
                options.InstanceName = "batchllm";
                options.ShutdownJobInterruption = ShutdownJobInterruption.Always;
            })
            .UseDefaultThreadPool(MostFiringsAtOnce)
            .UsePersistentStore(store => Keep(store, state.Connections)));
    }

    private static void Keep(IPersistentStoreBuilder store, DbDataSource connections)
    {
        store.UsePostgres(options => options.DataSourceFactory = _ => connections);
        store.UseClustering(options =>
        {
            options.CheckinInterval = CheckIn;
            options.CheckinMisfireThreshold = Patience;
        });
        store.ConfigureStore(options =>
        {
            options.TablePrefix = "batchllm.qrtz_";
            options.StoreJobDataAsStrings = true;
            options.MisfireThreshold = FireTime.Grace;
            options.UseBackgroundThreads = true; // while the database is away they would keep the process
            // What the end of a server breaks off is another's to do, or its own when it is back.
            options.RecoverFiringsCancelledByShutdown = true;
        });
    }
}
