using System.Globalization;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>One reading of a running preflight.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Stage">What is being done: counting rows, tokenizing, or measuring.</param>
/// <param name="Share">Share of the stage done, 0 to 1.</param>
/// <param name="Rows">Rows tokenized.</param>
/// <param name="RowsPerSecond">Rows a second of late.</param>
/// <param name="MegabytesPerSecond">Input bytes a second of late, in millions.</param>
internal sealed record PreflightReading(
    string Name, string Stage, double Share, long Rows, double RowsPerSecond, double MegabytesPerSecond) : IReading
{
    /// <inheritdoc/>
    public string Heading => string.Create(
        CultureInfo.InvariantCulture, $"[bold]{Markup.Escape(Name)}[/]  {Markup.Escape(Stage)}  {Share:P0}");

    /// <inheritdoc/>
    public string Details => RowsPerSecond == 0 ? "" : string.Create(
        CultureInfo.InvariantCulture, $"{Rows:N0} rows  [bold]{RowsPerSecond:N0}[/] rows/s  {MegabytesPerSecond:N1} MB/s");

    /// <inheritdoc/>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Stage} ({Share:P0})") + Speed();

    // A stage that tokenizes nothing has no speed, and 0 rows a second would look like a stop.
    private string Speed() => RowsPerSecond == 0 ? "" : string.Create(
        CultureInfo.InvariantCulture, $", {Rows:N0} rows, {RowsPerSecond:N0} rows/s, {MegabytesPerSecond:N1} MB/s");
}
