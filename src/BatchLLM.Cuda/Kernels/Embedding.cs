using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Tokens' embeddings into the residual.</summary>
/// <param name="device">Where.</param>
/// <param name="table">What the table holds: BF16, F16, or float32.</param>
internal sealed class Embedding(IDevice device, TensorType table)
{
    private readonly IKernel _kernel = device.Kernel("embedding", table switch
    {
        TensorType.BF16 => "embed_bf16",
        TensorType.F16 => "embed_f16",
        TensorType.F32 => "embed_f32",
        _ => throw new ArgumentOutOfRangeException(nameof(table), table, "Embeddings are BF16, F16 or F32."),
    });

    /// <summary>Queues it.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="arguments">Where all stands.</param>
    public void Launch(int rows, in EmbeddingArguments arguments) =>
        device.Launch(_kernel, RowShape.Of(rows, arguments.Hidden), arguments);
}
