using BatchLLM.Cuda.Devices;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class ActivationTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(296)]
    [InlineData(4_360)]
    public void Activation_is_the_references(int width)
    {
        foreach (var form in RoundedRows.Forms)
        {
            EveryOrder.Holds(ActivationVectors.Of(form, ElementType.BFloat16, width, scaled: true));
            EveryOrder.Holds(ActivationVectors.Of(form, ElementType.Int32, width, scaled: false));
        }
    }
}
