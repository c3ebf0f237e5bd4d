using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class RopeStoreTests
{
    [Theory]
    [InlineData(8, 4, 32)]
    [InlineData(3, 3, 64)]
    [InlineData(8, 1, 128)]
    [InlineData(2, 1, 80)]
    public void Queries_turn_and_keys_and_values_stand_in_their_blocks(int heads, int kvHeads, int headDim)
    {
        foreach (var kv in new[] { KvPrecision.Fp8, KvPrecision.Bf16 })
        {
            EveryOrder.Holds(RopeVectors.Of(ElementType.BFloat16, kv, heads, kvHeads, headDim, scaled: true));
            EveryOrder.Holds(RopeVectors.Of(ElementType.Int32, kv, heads, kvHeads, headDim, scaled: false));
        }
    }
}
