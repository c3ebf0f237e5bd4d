using System.Globalization;
using System.Text.Json.Nodes;
using BatchLLM.Host.Preflight;
using BatchLLM.Preflight;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows what a preflight found; readable from 80 columns on.</summary>
internal sealed class PreflightView(Terminal terminal)
{
    private const int BarWidth = 40;
    private const int Examples = 5;

    /// <summary>Shows a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="notKept">Why it is not in the database; null if it is.</param>
    public void Show(PreflightReport report, string? notKept)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(Json(report, notKept));
            return;
        }

        terminal.Ansi.Write(Table(report));
        if (report.Ready > 0)
        {
            terminal.Ansi.Write(Histogram(report));
        }

        foreach (var line in Lines(report, notKept))
        {
            terminal.Text.WriteLine(line);
        }
    }

    private static JsonNode Json(PreflightReport report, string? notKept)
    {
        var json = JsonNode.Parse(PreflightJson.Write(report))!;
        json["kept"] = notKept is null;
        if (notKept is not null)
        {
            json["not_kept_because"] = notKept;
        }

        return json;
    }

    private static Table Table(PreflightReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("What", "Number", "Remark");
        table.Columns[1].RightAligned();
        foreach (var (what, number, remark) in PreflightCells.Of(report))
        {
            table.AddRow(Markup.Escape(what), number, Markup.Escape(remark));
        }

        return table;
    }

    private static Table Histogram(PreflightReport report)
    {
        var buckets = report.PromptLengths.Buckets;
        var most = buckets.Max(bucket => bucket.Rows);
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Prompt tokens", "Rows", "");
        table.Columns[0].RightAligned();
        table.Columns[1].RightAligned();
        foreach (var (from, to, rows) in buckets)
        {
            var bar = new string('█', (int)Math.Ceiling((double)rows / most * BarWidth));
            table.AddRow(Invariant($"{from:N0} to {to:N0}"), Invariant($"{rows:N0}"), bar);
        }

        return table;
    }

    private static IEnumerable<string> Lines(PreflightReport report, string? notKept) =>
    [
        .. report.Problems.SelectMany(Lines),
        .. Lines("Over-long", report.Overlong.Examples.Select(Line)),
        .. Lines("Duplicates", report.Duplicates.Examples.Select(Line)),
        .. Compressed(report.CompressedFiles),
        $"Every row found: {new Uri(report.Findings).LocalPath}",
        notKept is null
            ? "Kept in the database: `batchllm status` shows it beside the job once that has run."
            : $"Not kept in the database: {notKept}",
    ];

    private static IEnumerable<string> Compressed(int files) => files == 0 ? [] :
        [Invariant($"Compressed input files, {files:N0}: each worker decompresses them from their start, one shard after the other.")];

    private static IEnumerable<string> Lines(RowProblems problems) =>
        [Invariant($"{problems.Code}: {problems.Rows:N0} rows"), .. problems.Examples.Select(example => $"  {example}")];

    private static IEnumerable<string> Lines(string title, IEnumerable<string> examples) =>
        examples.Take(Examples).Select(example => $"  {example}") is var lines && lines.Any()
            ? [$"{title}, the first:", .. lines]
            : [];

    private static string Line(OverlongRow row) => row.CutTo is { } cut
        ? Invariant($"{row.Row}: {row.Tokens:N0} tokens, limit {row.Limit:N0}, cut to {cut:N0}")
        : Invariant($"{row.Row}: {row.Tokens:N0} tokens, limit {row.Limit:N0}, fails");

    private static string Line(DuplicateRow row) => $"{row.Row} is like {row.First}";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
