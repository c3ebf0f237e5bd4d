using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Splits the product for queries, keys and values, turns to positions, and fills the KV cache.</summary>
/// <param name="device">Where.</param>
/// <param name="product">What the product has written: BF16, or int32.</param>
/// <param name="kv">What the cache holds: FP8 or BF16.</param>
internal sealed class RopeStore(IDevice device, ElementType product, KvPrecision kv)
{
    private const int MostThreads = 256;

    private readonly IKernel _kernel =
        device.Kernel("rope", $"rope_{KernelNames.Of(product)}_kv_{(kv == KvPrecision.Fp8 ? "e4m3" : "bf16")}");

    /// <summary>Queues it.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="arguments">Where all stands.</param>
    public void Launch(int rows, in RopeStoreArguments arguments)
    {
        // A turn takes eight pairs, a copy eight values.
        var pieces = (arguments.Heads + 3 * arguments.KvHeads) * arguments.HeadDim / 16;
        device.Launch(_kernel, RowShape.Of(rows, pieces, MostThreads), arguments);
    }
}
