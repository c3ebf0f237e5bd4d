using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class ProductTests
{
    [Fact]
    public void Products_are_the_sums_that_they_stand_for() => Assert.All(KernelVectors.Products, EveryOrder.HoldsInOne);
}
