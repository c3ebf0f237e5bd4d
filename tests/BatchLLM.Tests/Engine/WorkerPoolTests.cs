using BatchLLM.Engine.Threading;
using Xunit;

namespace BatchLLM.Tests.Engine;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_piece_of_every_stage_runs_exactly_once(int workers)
    {
        using var pool = new WorkerPool(workers);
        for (var round = 0; round < 3_000; round++)
        {
            var work = new Counting(round % 23);
            pool.Run(work);
            Assert.All(work.Runs, runs => Assert.Equal(1, runs));
        }
    }

    [Fact]
    public void A_failing_piece_reaches_the_caller_and_the_pool_lives_on()
    {
        using var pool = new WorkerPool(3);
        Assert.Throws<InvalidOperationException>(() => pool.Run(new Counting(50, failsAt: 20)));
        var work = new Counting(50);
        pool.Run(work);
        Assert.All(work.Runs, runs => Assert.Equal(1, runs));
    }

    private sealed class Counting(int count, int failsAt = -1) : IWorkItems
    {
        public int[] Runs { get; } = new int[count];

        public int Count => count;

        public void Run(int item, int worker)
        {
            Interlocked.Increment(ref Runs[item]);
            if (item == failsAt)
            {
                throw new InvalidOperationException("planted");
            }
        }
    }
}
