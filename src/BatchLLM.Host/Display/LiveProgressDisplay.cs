using Spectre.Console;
using Lines = Spectre.Console.Rows;

namespace BatchLLM.Host.Display;

/// <summary>A bar and a line of numbers that stay in place on a terminal.</summary>
internal sealed class LiveProgressDisplay(IAnsiConsole console) : IProgressDisplay
{
    public TimeSpan Interval => TimeSpan.FromMilliseconds(200);

    public Task ShowAsync(Func<IReading> read, Task work, TimeProvider time) =>
        console.Live(Render(read())).StartAsync(async context =>
        {
            using var timer = new PeriodicTimer(Interval, time);
            while (await Task.WhenAny(work, timer.WaitForNextTickAsync().AsTask()) != work)
            {
                context.UpdateTarget(Render(read()));
            }

            context.UpdateTarget(Render(read()));
        });

    private static Lines Render(IReading reading) =>
        new(new Markup(reading.Heading), Bar(reading.Share), new Markup(reading.Details));

    private static Markup Bar(double share)
    {
        const int Width = 60;
        var full = (int)Math.Round(Math.Clamp(share, 0, 1) * Width);
        return new Markup($"[green]{new string('━', full)}[/][grey]{new string('━', Width - full)}[/]");
    }
}
