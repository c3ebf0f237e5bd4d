using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Cuda.Weights;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>All kernels' vectors, in shapes of models and in shapes that divide nothing evenly.</summary>
internal static class KernelVectors
{
    private const int ChoiceSeed = 1;

    /// <summary>Those of kernels and products that a device has.</summary>
    public static IEnumerable<KernelVector> Of(DeviceProperties device) =>
        GpuNumerics.Of(SyntheticPrecision.Nvfp4.Scheme(), device).Contains(Numerics.W4A4Emulated) ? [.. All, .. BlockScaledVectors.All] : All;

    /// <summary>All that every device has, those that others build on first.</summary>
    public static IEnumerable<KernelVector> All =>
    [
        .. new[] { 1, 2, 4 }.Select(bytes => FillVectors.Of(bytes, 1_000_003)),
        .. new[] { TensorType.BF16, TensorType.F16, TensorType.F32 }.Select(EmbeddingVectors.Of),
        .. Products,
        .. new[] { 8, 360, 4_096, 5_000, 8_192 }.SelectMany(hidden => Rows((form, type, scaled) => NormVectors.Of(form, type, hidden, scaled))),
        .. new[] { 8, 296, 4_360, 14_336, 28_672 }.SelectMany(width => Rows((form, type, scaled) => ActivationVectors.Of(form, type, width, scaled))),
        .. Nvfp4Vectors.All,
        .. Ropes,
        .. AttentionVectors.Shapes.Select(s => AttentionVectors.Decode(s.Kv, s.HeadSize, s.KvHeads, s.Group)),
        .. AttentionVectors.Shapes.Select(s => AttentionVectors.Chunk(s.Kv, s.HeadSize, s.KvHeads, s.Group)),
        .. AttentionVectors.Prefixes.Select(s => AttentionVectors.Prefix(s.Kv, s.HeadSize, s.Group, s.BlockTokens, s.Members, s.PrefixTokens)),
        .. new[] { (1, 40), (7, 200), (300, 1_500), (512, 500), (1_003, 300), (4_099, 100), (128_256, 64) }
            .Select(size => ChoiceVectors.Of(size.Item1, size.Item2, ChoiceSeed)),
        ChoiceVectors.Weights,
        ChoiceVectors.Borders,
    ];

    /// <summary>Each type of both sides, and each that results have.</summary>
    public static IEnumerable<KernelVector> Products =>
        from types in new[]
        {
            (ElementType.BFloat16, ElementType.BFloat16), (ElementType.BFloat16, ElementType.Float32), (ElementType.E4M3, ElementType.BFloat16),
            (ElementType.Int8, ElementType.Int32),
        }
        from size in new[] { (16, 48, 80), (48, 1_008, 4_096) }
        select ProductVectors.Of(types.Item1, types.Item2, size.Item1, size.Item2, size.Item3);

    private static IEnumerable<KernelVector> Ropes =>
        from heads in new[] { (8, 4, 32), (3, 3, 64), (8, 1, 128), (2, 1, 80), (32, 8, 128) }
        from kv in new[] { KvPrecision.Fp8, KvPrecision.Bf16 }
        from type in new[] { ElementType.BFloat16, ElementType.Int32 }
        select RopeVectors.Of(type, kv, heads.Item1, heads.Item2, heads.Item3, scaled: type == ElementType.BFloat16);

    // Every form, behind products with scales and without.
    private static IEnumerable<KernelVector> Rows(Func<InputForm, ElementType, bool, KernelVector> make) =>
        RoundedRows.Forms.SelectMany(form => new[] { make(form, ElementType.BFloat16, false), make(form, ElementType.Int32, true) });
}
