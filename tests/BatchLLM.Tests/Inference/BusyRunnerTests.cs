using BatchLLM.Inference;
using BatchLLM.Planning;
using Xunit;

namespace BatchLLM.Tests.Inference;

public class BusyRunnerTests
{
    [Fact]
    public void The_time_of_each_step_counts_once_also_where_two_are_in_flight()
    {
        var busy = new BusyTime();
        using var inner = new Slow();
        using var runner = new BusyRunner(inner, busy);

        runner.Begin(new Step());
        runner.Begin(new Step());
        runner.End([]);
        runner.End([]);
        runner.Begin(new Step());
        runner.Abandon();

        Assert.Equal(TimeSpan.FromSeconds(4), busy.Total);
        Assert.Equal(0, inner.InFlight);
        Assert.Same(inner.Limits, runner.Limits);
    }

    private sealed class Slow : IModelRunner
    {
        public RunnerLimits Limits { get; } = new(1, 1, 1, 1, 1, 1, StepsInFlight: 2);

        public int InFlight { get; private set; }

        public void Begin(Step step) => InFlight++;

        public TimeSpan End(Span<int> nextTokens)
        {
            InFlight--;
            return TimeSpan.FromSeconds(2);
        }

        public void Abandon() => InFlight = 0;

        public void Dispose()
        {
        }
    }
}
