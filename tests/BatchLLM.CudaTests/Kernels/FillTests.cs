using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class FillTests
{
    // Fewer than a thread has, no multiple of four, and more than all threads have at once.
    [Theory]
    [InlineData(1)]
    [InlineData(1_023)]
    [InlineData(50_005)]
    public void Random_weights_are_those_of_the_CPU(int count)
    {
        foreach (var bytes in new[] { 1, 2, 4 })
        {
            EveryOrder.Holds(FillVectors.Of(bytes, count));
        }
    }
}
