using BatchLLM.Checkpoints;
using BatchLLM.CudaTests.Emulation;
using BatchLLM.GpuCheck.Vectors;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class EmbeddingTests
{
    [Theory]
    [InlineData(nameof(TensorType.BF16))]
    [InlineData(nameof(TensorType.F16))]
    [InlineData(nameof(TensorType.F32))]
    public void A_row_is_its_tokens_embedding(string type) => EveryOrder.Holds(EmbeddingVectors.Of(Enum.Parse<TensorType>(type)));
}
