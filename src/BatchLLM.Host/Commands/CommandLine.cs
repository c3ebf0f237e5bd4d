using System.CommandLine;
using System.CommandLine.Help;

namespace BatchLLM.Host.Commands;

/// <summary>The command line of the one executable.</summary>
internal static class CommandLine
{
    /// <summary>After Ctrl+C or SIGTERM: for the step under way, handing leases back, and stopping a private cluster.</summary>
    private static readonly TimeSpan TimeToHandBack = TimeSpan.FromSeconds(30);

    /// <summary>Commands that end by signals of their own meaning (see <see cref="Work.StopSignals"/>), in their own time.</summary>
    private static readonly string[] OwnSignals = [WorkerCommand.Name, ServeCommand.Name];

    /// <summary>Parses and runs; returns the process's exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Build().Parse(args);
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = OwnSignals.Contains(parsed.CommandResult.Command.Name) ? null : TimeToHandBack,
        });
        return parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples ? ExitCodes.Usage : exitCode;
    }

    // Not a RootCommand: that one takes its name from the executable's file, and users type `batchllm`.
    private static Command Build()
    {
        var root = new Command("batchllm", "Runs language models over whole files: Parquet, JSONL or CSV in, completions out.")
        {
            RunCommand.Create(),
            StatusCommand.Create(),
            ResumeCommand.Create(),
            ApproveCommand.Create(),
            RetryCommand.Create(),
            CancelCommand.Create(),
            WorkerCommand.Create(),
            ServeCommand.Create(),
            ValidateCommand.Create(),
            InspectCommand.Create(),
            TokenizeCommand.Create(),
            RenderCommand.Create(),
            CompareCommand.Create(),
            QuantizeCommand.Create(),
            BenchCommand.Create(),
            KeysCommand.Create(),
            TenantsCommand.Create(),
            WebhooksCommand.Create(),
            PruneCommand.Create(),
            MigrateCommand.Create(),
        };
        var help = new HelpOption { Recursive = true };
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        root.Options.Add(help);
        root.Options.Add(new VersionOption());
        return root;
    }
}
