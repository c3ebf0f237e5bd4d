using System.CommandLine;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Work;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm worker</c>.</summary>
internal static class WorkerCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "worker";

    public static Command Create()
    {
        var models = new Option<string[]>("--model")
        {
            Description = "Take only jobs of this model directory; may be given again. Default: any job's.",
            HelpName = "dir",
        };
        var device = DeviceOption.Create(
            "Take only jobs for this kind of device, and run them on this one. Default: any job, on the device that it names.");
        var database = CommonOptions.Database();
        return new Command(
            Name, "Takes jobs from the queue and runs them, beside any number of other workers. SIGTERM: ends after the window under way.")
        {
            models,
            device,
            database,
        }
        .Runs((parsed, terminal, _) => RunAsync(
            [.. (parsed.GetValue(models) ?? []).Select(DirectoryOf)],
            DeviceOption.Read(parsed, device) is { } name ? new WorkerDevice(name) : null,
            parsed.GetValue(database),
            terminal));
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> models, WorkerDevice? device, string? database, Terminal terminal)
    {
        device?.Require(); // before the database: a worker without its device has nothing to do there
        using var signals = new StopSignals();
        try
        {
            await using var session = await DatabaseSession.OpenAsync(database, signals.Drain);
            await new WorkerLoop(session, models, terminal.Text) { Device = device }.RunAsync(signals.Drain, signals.Stop);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (signals.Drain.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }

    private static string DirectoryOf(string model) => Directory.Exists(model)
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(model))
        : throw new UsageException($"--model {model}: there is no such directory; expected a model's.");
}
