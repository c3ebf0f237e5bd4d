using System.CommandLine;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm migrate</c>.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var database = CommonOptions.Database();
        return new Command("migrate", "Brings the database to this version; other commands do so by themselves.")
        {
            database,
        }
        .Runs(async (parsed, terminal, cancellationToken) =>
        {
            await using var session = await DatabaseSession.OpenAsync(
                parsed.GetValue(database), cancellationToken);
            Report(session.AppliedMigrations, terminal);
            return ExitCodes.Ok;
        });
    }

    private static void Report(IReadOnlyList<string> applied, Terminal terminal)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new MigrateOutput(applied));
            return;
        }

        terminal.Text.WriteLine(applied.Count == 0
            ? "The database is up to date."
            : $"Applied {string.Join(", ", applied)}.");
    }

    private sealed record MigrateOutput(IReadOnlyList<string> Applied);
}
