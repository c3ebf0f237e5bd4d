using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Inference;

public class BusyRunnerTests
{
    [Fact]
    public void Time_inside_steps_counts_and_time_between_them_does_not()
    {
        var clock = new Clock();
        var busy = new BusyTime();
        using var inner = new Slow(clock);
        using var runner = new BusyRunner(inner, busy, clock);

        runner.Run(new Step(), []);
        clock.Advance(TimeSpan.FromSeconds(5));
        runner.Run(new Step(), []);

        Assert.Equal(TimeSpan.FromSeconds(4), busy.Total);
        Assert.Same(inner.Limits, runner.Limits);
    }

    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }

    private sealed class Slow(Clock clock) : IModelRunner
    {
        public RunnerLimits Limits { get; } = new(1, 1, 1, 1, 1, 1);

        public void Run(Step step, Span<int> nextTokens) => clock.Advance(TimeSpan.FromSeconds(2));

        public void Dispose()
        {
        }
    }
}
