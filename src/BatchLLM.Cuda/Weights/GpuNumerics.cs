using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Weights;

/// <summary>What of a checkpoint's numerics a GPU computes.</summary>
public static class GpuNumerics
{
    // FP4 tensor cores begin with Blackwell, 10.0; cuBLASLt has their products from 12.8.
    private const int FirstFp4Capability = 10;
    private const int FirstFp4Products = 120_800;

    // Not among them: sums of 4-bit products in integers, which tensor cores lack.
    private static readonly Numerics[] Computed =
        [Numerics.Bf16, Numerics.W8A8Static, Numerics.W8A8Dynamic, Numerics.W8A8Int8, Numerics.W4A16, Numerics.W4A4Emulated];

    /// <summary>
    /// What of a checkpoint's numerics a GPU computes, in the checkpoint's order; <see cref="Numerics.W4A4Emulated"/> by block-scaled
    /// products of FP4, which only Blackwell has, and which have not been tried on one yet.
    /// </summary>
    /// <param name="scheme">What the checkpoint declares.</param>
    /// <param name="device">The GPU.</param>
    public static IEnumerable<Numerics> Of(QuantizationScheme scheme, DeviceProperties device)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(device);
        return scheme.Supported.Where(numerics => Obstacle(numerics, device) is null);
    }

    /// <summary>Why a checkpoint is not computed on a GPU as it is asked for; null if it is.</summary>
    /// <param name="scheme">What the checkpoint declares.</param>
    /// <param name="numerics">In force, and among those of the checkpoint.</param>
    /// <param name="kv">Wanted KV cache; null for the checkpoint's own.</param>
    /// <param name="device">The GPU.</param>
    public static string? Refusal(QuantizationScheme scheme, Numerics numerics, KvPrecision? kv, DeviceProperties device)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(device);
        if (Obstacle(numerics, device) is { } obstacle)
        {
            var others = string.Join(" or ", Of(scheme, device).Select(n => n.Name()));
            return $"{obstacle}; choose numerics {others}, or run on the CPU with --device cpu.";
        }

        return kv == KvPrecision.Full
            ? "A GPU's KV cache does not hold unrounded numbers; choose bf16 or fp8, or run on the CPU with --device cpu."
            : null;
    }

    /// <summary>What the KV cache holds on a GPU: BF16 where the checkpoint declares nothing, as engines keep it there.</summary>
    /// <param name="scheme">What the checkpoint declares.</param>
    /// <param name="asked">Wanted precision; null for the checkpoint's own.</param>
    public static KvPrecision Kv(QuantizationScheme scheme, KvPrecision? asked)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        return (asked ?? scheme.Kv) == KvPrecision.Fp8 ? KvPrecision.Fp8 : KvPrecision.Bf16;
    }

    private static string? Obstacle(Numerics numerics, DeviceProperties device) => numerics switch
    {
        _ when !Computed.Contains(numerics) => $"A GPU does not compute {numerics.Name()}",
        Numerics.W4A4Emulated when device.Major < FirstFp4Capability =>
            $"{device.Name} has compute capability {device.Major}.{device.Minor} and does not compute {numerics.Name()}, which needs " +
            $"{FirstFp4Capability}.0 (Blackwell) or newer",
        Numerics.W4A4Emulated when device.ProductsVersion < FirstFp4Products =>
            $"cuBLASLt {Version(device.ProductsVersion)} does not compute {numerics.Name()}, which needs that of CUDA " +
            $"{Version(FirstFp4Products)} or newer",
        _ => null,
    };

    private static string Version(int version) => $"{version / 10_000}.{version % 10_000 / 100}";
}
