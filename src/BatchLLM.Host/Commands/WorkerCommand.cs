using System.CommandLine;
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
        var database = CommonOptions.Database();
        return new Command(
            Name, "Takes jobs from the queue and runs them, beside any number of other workers. SIGTERM: ends after the window under way.")
        {
            models,
            database,
        }
        .Runs((parsed, terminal, _) => RunAsync(
            [.. (parsed.GetValue(models) ?? []).Select(DirectoryOf)], parsed.GetValue(database), terminal));
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> models, string? database, Terminal terminal)
    {
        using var signals = new StopSignals();
        try
        {
            await using var session = await DatabaseSession.OpenAsync(database, signals.Drain);
            await new WorkerLoop(session, models, terminal.Text).RunAsync(signals.Drain, signals.Stop);
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
