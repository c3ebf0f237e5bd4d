using System.Globalization;
using BatchLLM.Jobs;
using BatchLLM.Overview;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>One reading of a running job, ready to be shown.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Rows">Rows of the job.</param>
/// <param name="Counts">Rows and tokens so far.</param>
/// <param name="TokensPerSecond">Prompt and completion tokens a second of late.</param>
/// <param name="TimeLeft">As a range; null before there is a speed to trust.</param>
internal sealed record ProgressReading(
    string Name, long Rows, RowCounts Counts, double TokensPerSecond, TimeLeft? TimeLeft) : IReading
{
    /// <summary>Share of rows done, 0 to 1.</summary>
    public double Share => Rows == 0 ? 1 : (double)Counts.Done / Rows;

    /// <inheritdoc/>
    public string Heading => string.Create(
        CultureInfo.InvariantCulture, $"[bold]{Markup.Escape(Name)}[/]  {Counts.Done:N0} of {Rows:N0} rows  {Share:P0}");

    /// <inheritdoc/>
    public string Details => string.Create(
        CultureInfo.InvariantCulture,
        $"[green]{Counts.Ok:N0} ok[/]  [yellow]{Counts.Truncated:N0} truncated[/]  [red]{Counts.Failed:N0} failed[/]  " +
        $"[bold]{TokensPerSecond:N0}[/] tokens/s  ETA {Format(TimeLeft)}");

    /// <inheritdoc/>
    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name}: {Counts.Done:N0} of {Rows:N0} rows ({Share:P0}), {Counts.Ok:N0} ok, {Counts.Truncated:N0} truncated, " +
        $"{Counts.Failed:N0} failed, {TokensPerSecond:N0} tokens/s, ETA {Format(TimeLeft)}");

    /// <summary>In whole seconds, outwards: <c>0:04 to 0:07</c>.</summary>
    public static string Format(TimeLeft? left)
    {
        if (left is not { } range)
        {
            return "--:--";
        }

        var (from, to) = (Format(range.Shortest), Format(TimeSpan.FromSeconds(Math.Ceiling(range.Longest.TotalSeconds))));
        return from == to ? from : $"{from} to {to}";
    }

    /// <summary>m:ss, or h:mm:ss from an hour on.</summary>
    public static string Format(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } long_ => string.Create(
            CultureInfo.InvariantCulture, $"{(long)long_.TotalHours}:{long_.Minutes:D2}:{long_.Seconds:D2}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:D2}"),
    };
}
