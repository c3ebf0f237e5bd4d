using System.ComponentModel;
using System.Diagnostics;

namespace BatchLLM.Postgres.Private;

/// <summary>Runs a program to its end.</summary>
internal static class Tool
{
    /// <param name="command">The program and its arguments; no shell is involved.</param>
    /// <param name="directory">Working directory: one that the account which runs it can enter.</param>
    /// <param name="token">Ends the waiting, and kills the program.</param>
    /// <exception cref="BatchLLMException">The program cannot be run at all.</exception>
    internal static async Task<ToolResult> RunAsync(
        IReadOnlyList<string> command, string directory, CancellationToken token)
    {
        using var process = Start(command, directory);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(token);
            var errors = process.StandardError.ReadToEndAsync(token);
            await process.WaitForExitAsync(token);
            return new ToolResult(process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static Process Start(IReadOnlyList<string> command, string directory)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Clean(start.Environment);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new BatchLLMException(
                $"The program {command[0]} could not be run: {exception.Message}.", innerException: exception);
        }
    }

    // Messages are read below, so they must be English; and a user's PGDATA or PGOPTIONS is not meant for this server.
    private static void Clean(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.Where(IsPostgres).ToArray())
        {
            environment.Remove(name);
        }

        environment["LC_ALL"] = "C";
    }

    private static bool IsPostgres(string name) => name.StartsWith("PG", StringComparison.Ordinal);
}
