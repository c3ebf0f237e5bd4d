using System.Runtime.Intrinsics;
using BatchLLM.Engine.Limits;
using Xunit;

namespace BatchLLM.Tests.Engine.Limits;

public class MachineLimitsTests
{
    // No core reaches 7 GHz, has more than two multipliers of 512 bits, or a memory of 200 GB/s: a chain that was optimized away,
    // or a buffer that stays in the cache, shows as more.
    private const double MostGigahertz = 7;
    private const double MostReadPerThread = 200;
    private const int Multipliers = 2;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_measured_is_physically_possible(int threads)
    {
        var limits = MachineLimits.Measure(threads);
        var lanes = Vector512.IsHardwareAccelerated ? 16 : 8;
        var mostFloat = threads * MostGigahertz * Multipliers * 2 * lanes;

        Assert.InRange(limits.FloatGflops, 0.5, mostFloat);
        Assert.InRange(limits.IntegerGops ?? 1, 0.5, 4 * mostFloat);
        Assert.InRange(limits.ReadGigabytesPerSecond, 0.1, threads * MostReadPerThread);
    }
}
