using System.Globalization;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows what a run came to.</summary>
internal sealed class SummaryView(Terminal terminal)
{
    public void Show(RunSummary summary)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(summary);
            return;
        }

        terminal.Ansi.Write(Table(summary));
        foreach (var line in Lines(summary))
        {
            terminal.Text.WriteLine(line);
        }
    }

    private static Table Table(RunSummary summary)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("What", "Number");
        table.Columns[1].RightAligned();
        foreach (var (what, number) in Cells(summary))
        {
            table.AddRow(what, number);
        }

        return table;
    }

    private static IEnumerable<(string What, string Number)> Cells(RunSummary summary) =>
    [
        ($"Job {summary.Job}, {Markup.Escape(summary.Name)}", summary.State),
        ("Rows", Number(summary.Rows.In)),
        ("  ok", Number(summary.Rows.Ok)),
        ("  truncated", Number(summary.Rows.Truncated)),
        ("  failed", Number(summary.Rows.Failed)),
        ("  skipped", Number(summary.Rows.Skipped)),
        ("Prompt tokens", Number(summary.PromptTokens)),
        ("  shared, not computed", Number(summary.SharedPromptTokens)),
        ("Completion tokens", Number(summary.CompletionTokens)),
        ("Rows copied from a like one", Number(summary.CopiedRows)),
        ("Time of this run", ProgressReading.Format(TimeSpan.FromSeconds(summary.Seconds))),
        ("Tokens per second", Number((long)summary.TokensPerSecond)),
        ("Engine busy", summary.EngineBusy?.ToString("P1", CultureInfo.InvariantCulture) ?? "-"),
    ];

    private static IEnumerable<string> Lines(RunSummary summary)
    {
        if (summary.Reason is { } reason)
        {
            yield return $"Reason: {reason}";
        }

        foreach (var line in summary.Canary is { } canary ? CanaryLines.Of(canary) : [])
        {
            yield return line;
        }

        if (summary is { Numerics: { } numerics, KvCache: { } kvCache })
        {
            yield return $"Computed with: numerics {numerics}, KV cache {kvCache}";
        }

        foreach (var line in summary.Preflight is { } check ? EstimateLines.Of(check) : [])
        {
            yield return line;
        }

        yield return $"Output: {PathOf(summary.Output)}";
        if (summary.Removal is { } removal)
        {
            yield return $"Its {removal}";
        }

        if (summary.Receipt is not null)
        {
            yield return $"Receipt: {PathOf(summary.Receipt)} (sha256 {summary.ReceiptSha256})";
        }
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string PathOf(string uri) => uri.StartsWith("file:", StringComparison.Ordinal) ? new Uri(uri).LocalPath : uri;
}
