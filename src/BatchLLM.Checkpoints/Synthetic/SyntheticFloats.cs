using BatchLLM.Checkpoints.Quantize;

namespace BatchLLM.Checkpoints.Synthetic;

/// <summary>Unquantized random tensors: N(0, 0.02) for weights, N(1, 0.02) for norms.</summary>
internal static class SyntheticFloats
{
    private static readonly Lazy<ushort[]>[] BFloats = Tables(value => BFloat16Bits.Of(BFloat16Bits.Round(value)));
    private static readonly Lazy<ushort[]>[] Halves = Tables(value => BitConverter.HalfToUInt16Bits((Half)value));
    private static readonly Lazy<float[]>[] Floats = Tables(value => value);

    /// <summary>A tensor's elements.</summary>
    /// <param name="type">BF16, F16 or F32.</param>
    /// <param name="mean">0 or 1.</param>
    /// <param name="key">Tells one tensor from another.</param>
    public static ITensorBytes Of(TensorType type, int mean, ulong key) => type switch
    {
        TensorType.BF16 => new RandomElements<ushort>(key, BFloats[mean].Value),
        TensorType.F16 => new RandomElements<ushort>(key, Halves[mean].Value),
        _ => new RandomElements<float>(key, Floats[mean].Value),
    };

    // One table for each mean; made on first use, because a model has one element type.
    private static Lazy<T[]>[] Tables<T>(Func<float, T> convert) => [Table(0, convert), Table(1, convert)];

    private static Lazy<T[]> Table<T>(int mean, Func<float, T> convert) =>
        new(() => NormalTable.Map(value => convert(mean + (value * SyntheticCodes.Deviation))));
}
