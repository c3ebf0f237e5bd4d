using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Kernels;
using BatchLLM.CudaTests.Emulation;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

public sealed class EmbeddingTests
{
    private const int Hidden = 70;
    private const int Vocabulary = 11;

    [Theory]
    [InlineData(nameof(TensorType.BF16))]
    [InlineData(nameof(TensorType.F16))]
    [InlineData(nameof(TensorType.F32))]
    public void A_row_is_its_tokens_embedding(string type)
    {
        var random = new Random(5);
        var values = Enumerable.Range(0, Vocabulary * Hidden).Select(_ => (float)(Half)(random.NextSingle() - 0.5f)).ToArray();
        values = type == nameof(TensorType.BF16) ? Array.ConvertAll(values, BatchLLM.Engine.Reference.ReferenceRounding.BFloat16) : values;
        var read = EveryOrder.Run(device =>
        {
            using var table = type switch
            {
                nameof(TensorType.BF16) => device.Store(Array.ConvertAll(values, TestRows.Bits)),
                nameof(TensorType.F16) => device.Store(Array.ConvertAll(values, v => (Half)v)),
                _ => device.Store(values),
            };

            // An id, what slot 2 holds, what slot 0 holds: that its logits were not finite.
            using var tokens = device.Store([10, -3, -1]);
            using var chosen = device.Store([-2, -1, 7]);
            using var residual = device.Allocate(3 * Hidden * sizeof(float));
            new Embedding(device, Enum.Parse<TensorType>(type)).Launch(3, new EmbeddingArguments
            {
                Tokens = tokens.Address,
                Chosen = chosen.Address,
                Table = table.Address,
                Residual = residual.Address,
                Hidden = Hidden,
            });
            return device.Read<float>(residual);
        });
        int[] ids = [10, 7, 0];
        Assert.Equal(ids.SelectMany(id => values[(id * Hidden)..((id + 1) * Hidden)]), read);
    }
}
