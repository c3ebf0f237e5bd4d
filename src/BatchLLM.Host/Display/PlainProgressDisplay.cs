namespace BatchLLM.Host.Display;

/// <summary>One line per interval, for logs.</summary>
internal sealed class PlainProgressDisplay(TextWriter output) : IProgressDisplay
{
    public TimeSpan Interval => TimeSpan.FromSeconds(5);

    public async Task ShowAsync(Func<IReading> read, Task work, TimeProvider time)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await Task.WhenAny(work, timer.WaitForNextTickAsync().AsTask()) != work)
        {
            await output.WriteLineAsync(read().ToLine());
        }

        await output.WriteLineAsync(read().ToLine());
    }
}
