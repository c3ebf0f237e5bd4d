using System.CommandLine;
using BatchLLM.Host.Service;
using BatchLLM.Host.Work;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm serve</c>.</summary>
internal static class ServeCommand
{
    /// <summary>Its name: it hears signals itself.</summary>
    public const string Name = "serve";

    public static Command Create()
    {
        var listen = new Option<string>("--listen")
        {
            Description = "Where to listen: an address of this machine alone.",
            HelpName = "url",
            DefaultValueFactory = _ => ListenAddress.Default,
        };
        var noWorker = new Option<bool>("--no-worker") { Description = "Run no jobs here; `batchllm worker` does, on any machine." };
        var database = CommonOptions.Database();
        var roots = new RootOptions();
        var command = new Command(Name, "Accepts jobs over HTTP, runs them, and shows how they get on.")
        {
            listen, database, noWorker,
        };
        roots.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var settings = new ServiceSettings(ListenAddress.Parse(parsed.GetValue(listen)!), roots.Read(parsed));
            await using var session = await DatabaseSession.OpenAsync(parsed.GetValue(database), cancellationToken);
            using var signals = new StopSignals();
            return await RunAsync(
                new ServiceRun(settings, session, terminal, TimeProvider.System), !parsed.GetValue(noWorker), signals);
        });
    }

    private static async Task<int> RunAsync(ServiceRun service, bool runsJobs, StopSignals signals)
    {
        try
        {
            await service.RunAsync(runsJobs, signals.Drain, signals.Stop);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }
}
