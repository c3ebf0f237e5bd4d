using BatchLLM.Preflight;
using Xunit;

namespace BatchLLM.Tests.Preflight;

// The memory is the whole process's, so nothing else may run meanwhile.
[CollectionDefinition(nameof(PreflightMemoryTests), DisableParallelization = true)]
[Collection(nameof(PreflightMemoryTests))]
public sealed class PreflightMemoryTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public async Task Memory_does_not_grow_with_the_rows()
    {
        var small = await PeakAsync(30_000);
        var large = await PeakAsync(300_000);

        // Kept in memory, the larger job's digests alone would take 13 MB more.
        Assert.True(large - small < 3 * Megabyte, $"{small / 1e6:F1} MB for 30,000 rows, {large / 1e6:F1} MB for 300,000");
    }

    private static async Task<long> PeakAsync(int rows)
    {
        var (prepared, peak) = (0, 0L);
        using var setup = new PassSetup();
        var pass = setup.NewPass(new NoFindings(), rows, (row, _) =>
        {
            if (Interlocked.Increment(ref prepared) % 5000 == 0)
            {
                InterlockedMax(ref peak, GC.GetTotalMemory(forceFullCollection: true));
            }

            return NumberedRows.Prepare(row);
        });

        await pass.RunAsync(await setup.PlanAsync(rows), new PreflightProgress(), CancellationToken.None);
        Assert.Equal(rows, pass.Rows.Ready);
        return peak;
    }

    private static void InterlockedMax(ref long peak, long value)
    {
        for (var seen = Volatile.Read(ref peak); seen < value;)
        {
            seen = Interlocked.CompareExchange(ref peak, value, seen) is var now && now == seen ? value : now;
        }
    }

    private sealed class NoFindings : IFindingWriter
    {
        public ValueTask WriteAsync(Finding finding, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
