using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Weights;

/// <summary>
/// Whether NVFP4 weights stay codes on a device or become BF16, which is exact as well. Codes take a quarter of the memory, and few rows
/// are multiplied up to four times as fast; many rows, as a batch mostly has, are faster by the library's products of BF16 (decision 28).
/// </summary>
internal static class Nvfp4Storage
{
    // BF16 weights that leave at least three quarters of the memory take little from the KV cache, hence no rows from a step.
    private const int LeastMemoryPerWeights = 4;

    /// <summary>The numerics that weights are stored for.</summary>
    /// <param name="device">Where; the same for all devices of a kind, so that bits are.</param>
    /// <param name="model">The model.</param>
    /// <param name="numerics">In force.</param>
    /// <param name="keepsCodes">What was asked for; null to decide.</param>
    public static Numerics Of(IDevice device, IModelWeights model, Numerics numerics, bool? keepsCodes)
    {
        if (numerics != Numerics.W4A16 || model.Quantization.Format != WeightFormat.Nvfp4)
        {
            return numerics;
        }

        var isSmall = DeviceWeights.BytesOf(model, Numerics.Bf16) <= device.Properties.MemoryBytes / LeastMemoryPerWeights;
        return keepsCodes ?? !isSmall ? Numerics.W4A16 : Numerics.Bf16;
    }
}
