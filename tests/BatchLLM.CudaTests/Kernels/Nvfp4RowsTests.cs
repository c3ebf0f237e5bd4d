using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class Nvfp4RowsTests
{
    public static TheoryData<string> Vectors => [.. Nvfp4Vectors.All.Select(vector => vector.Name)];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Rows_are_rounded_as_on_the_CPU(string name) => EveryOrder.Holds(Nvfp4Vectors.All.Single(vector => vector.Name == name));

    [Fact]
    public void What_is_not_a_number_stays_so_and_in_its_block()
    {
        var values = Enumerable.Repeat(1f, 48).ToArray();
        values[20] = float.NaN;
        var read = EveryOrder.Run(device =>
        {
            using var output = new Nvfp4Output(device, 1, 48);
            Nvfp4Vectors.Merge(device, values, 1, 1, 48, 1, output);
            return output.Read();
        });
        Assert.Equal([0x23, 0x7F, 0x23, 0], read[^512..^508]);
    }
}
