using System.Globalization;
using Spectre.Console;
using Lines = Spectre.Console.Rows;

namespace BatchLLM.Host.Display;

/// <summary>A bar and a line of numbers that stay in place on a terminal.</summary>
internal sealed class LiveProgressDisplay(IAnsiConsole console) : IProgressDisplay
{
    public TimeSpan Interval => TimeSpan.FromMilliseconds(200);

    public Task ShowAsync(Func<ProgressReading> read, Task work, TimeProvider time) =>
        console.Live(Render(read())).StartAsync(async context =>
        {
            using var timer = new PeriodicTimer(Interval, time);
            while (await Task.WhenAny(work, timer.WaitForNextTickAsync().AsTask()) != work)
            {
                context.UpdateTarget(Render(read()));
            }

            context.UpdateTarget(Render(read()));
        });

    private static Lines Render(ProgressReading reading) => new(
        new Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"[bold]{Markup.Escape(reading.Name)}[/]  {reading.Counts.Done:N0} of {reading.Rows:N0} rows  {reading.Share:P0}")),
        Bar(reading.Share),
        new Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"[green]{reading.Counts.Ok:N0} ok[/]  [yellow]{reading.Counts.Truncated:N0} truncated[/]  " +
            $"[red]{reading.Counts.Failed:N0} failed[/]  [bold]{reading.TokensPerSecond:N0}[/] tokens/s  " +
            $"ETA {ProgressReading.Format(reading.TimeLeft)}")));

    private static Markup Bar(double share)
    {
        const int Width = 60;
        var full = (int)Math.Round(Math.Clamp(share, 0, 1) * Width);
        return new Markup($"[green]{new string('━', full)}[/][grey]{new string('━', Width - full)}[/]");
    }
}
