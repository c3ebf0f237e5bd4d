using System.Globalization;
using BatchLLM.Retention;

namespace BatchLLM.Host.Display;

/// <summary>Shows what was removed.</summary>
internal sealed class PruneView(Terminal terminal)
{
    /// <summary>What was, or would be.</summary>
    public void Show(RemovedRows rows, bool isDry)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new Output(isDry, rows.Jobs, rows.Shards, rows.Batches, rows.Firings, rows.Preflights, rows.Files));
            return;
        }

        terminal.Text.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(isDry ? "Would remove" : "Removed")} {rows.Jobs:N0} jobs with {rows.Shards:N0} shards and {rows.Batches:N0} batches."));
    }

    private sealed record Output(bool DryRun, long Jobs, long Shards, long Batches, long Firings, long Preflights, long Files);
}
