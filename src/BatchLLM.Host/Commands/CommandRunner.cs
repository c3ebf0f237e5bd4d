using System.CommandLine;
using BatchLLM.Host.Telemetry;

namespace BatchLLM.Host.Commands;

/// <summary>Runs a command's body, and turns what goes wrong into one sentence and an exit code.</summary>
internal static class CommandRunner
{
    /// <summary>Gives a command its body.</summary>
    /// <param name="command">The command; gains the --json and --stack-trace options.</param>
    /// <param name="body">Does the work; returns the exit code.</param>
    public static Command Runs(this Command command, Func<ParseResult, Terminal, CancellationToken, Task<int>> body)
    {
        var json = CommonOptions.Json();
        var stackTrace = CommonOptions.StackTrace();
        command.Options.Add(json);
        command.Options.Add(stackTrace);
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed, new Terminal(parsed.GetValue(json)), parsed.GetValue(stackTrace), body, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        Terminal terminal,
        bool stackTrace,
        Func<ParseResult, Terminal, CancellationToken, Task<int>> body,
        CancellationToken cancellationToken)
    {
        try
        {
            using var telemetry = TelemetryExport.Start(Environment.GetEnvironmentVariable);
            return await body(parsed, terminal, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Report(terminal, "Interrupted. What a job had finished is kept; `batchllm resume` continues it.", ExitCodes.Interrupted);
        }
        catch (UsageException exception)
        {
            return Report(terminal, exception.Message, ExitCodes.Usage);
        }
        catch (BatchLLMException exception)
        {
            return Report(terminal, stackTrace ? exception.ToString() : exception.Message, ExitCodes.Failed);
        }
        catch (Exception exception)
        {
            // A defect of this program. Its message may be of any kind, so it is not mixed up with the sentences above.
            return Report(terminal, Describe(exception, stackTrace), ExitCodes.Failed);
        }
    }

    private static string Describe(Exception exception, bool stackTrace) => stackTrace
        ? exception.ToString()
        : $"Unexpected {exception.GetType().Name}: {exception.Message} Run again with --stack-trace for a report.";

    private static int Report(Terminal terminal, string message, int exitCode)
    {
        terminal.Error.WriteLine(message);
        if (terminal.IsJson)
        {
            terminal.WriteJson(new ErrorOutput(message, exitCode));
        }

        return exitCode;
    }

    private sealed record ErrorOutput(string Error, int ExitCode);
}
