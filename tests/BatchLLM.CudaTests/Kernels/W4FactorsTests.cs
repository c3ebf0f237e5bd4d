using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.Engine.Reference;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class W4FactorsTests
{
    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 2_056)]
    public void Inputs_are_multiplied_in_place_and_rounded_once(int rows, int depth)
    {
        var random = new Random(depth);
        var x = Array.ConvertAll(TestRows.Values(random, rows * depth), ReferenceRounding.BFloat16);
        var factors = TestRows.Scales(random, depth);

        var read = EveryOrder.Run(device =>
        {
            using var inputs = device.Store(Array.ConvertAll(x, TestRows.Bits));
            using var memory = device.Store(factors);
            new W4Factors(device).Launch(rows, new W4FactorsArguments { X = inputs.Address, Factors = memory.Address, Depth = depth });
            return device.Read<ushort>(inputs);
        });

        Assert.Equal(x.Select((value, i) => ReferenceRounding.BFloat16(value * factors[i % depth])), read.Select(TestRows.Value));
    }
}
