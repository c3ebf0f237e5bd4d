using System.Globalization;
using BatchLLM.Host.Retention;
using BatchLLM.Retention;

namespace BatchLLM.Host.Display;

/// <summary>Shows what was removed.</summary>
internal sealed class PruneView(Terminal terminal)
{
    /// <summary>What was, or would be.</summary>
    public void Show(RemovedRows rows, IReadOnlyList<ResultOutcome> results, bool isDry)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(new Output(
                isDry, rows.Jobs, rows.Shards, rows.Batches, rows.Firings, rows.Preflights, rows.Files, [.. results.Select(ResultOutput.Of)]));
            return;
        }

        foreach (var outcome in results)
        {
            terminal.Text.WriteLine(LineOf(outcome, isDry));
        }

        terminal.Text.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(isDry ? "Would remove" : "Removed")} the results of {results.Count(outcome => outcome.Fate == ResultFate.Removed):N0} jobs, " +
            $"and {rows.Jobs:N0} jobs with {rows.Shards:N0} shards and {rows.Batches:N0} batches."));
    }

    private static string LineOf(ResultOutcome outcome, bool isDry)
    {
        var (results, what) = (outcome.Results, WhatOf(outcome, isDry));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Job {results.Id} ({results.Name}), {results.OutputUri}: {what}{(outcome.Note is { } note ? $"; {note.TrimEnd('.')}" : "")}.");
    }

    private static string WhatOf(ResultOutcome outcome, bool isDry) => outcome.Fate switch
    {
        ResultFate.Kept => "stays",
        ResultFate.Failed => "stays until the next time",
        _ => isDry ? "would be removed" : string.Create(CultureInfo.InvariantCulture, $"{outcome.Files:N0} files removed"),
    };

    private sealed record Output(
        bool DryRun, long Jobs, long Shards, long Batches, long Firings, long Preflights, long Files, IReadOnlyList<ResultOutput> Results);

    private sealed record ResultOutput(long Job, string Name, string Output, string Fate, int Files, string? Note)
    {
        public static ResultOutput Of(ResultOutcome outcome) => new(
            outcome.Results.Id,
            outcome.Results.Name,
            outcome.Results.OutputUri,
            outcome.Fate.ToString().ToLowerInvariant(),
            outcome.Files,
            outcome.Note);
    }
}
