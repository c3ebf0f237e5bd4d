using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Blas;

/// <summary>
/// Numbers that algorithms are tried on: random, since zeros run faster than data, always the same, so that results can be
/// compared bit by bit, and small, so that no sum overflows.
/// </summary>
internal static class TrialNumbers
{
    /// <summary>Bytes of a run, which is repeated.</summary>
    public const int Length = 1 << 20;

    private const int Seed = 20_261_122;

    /// <summary>A run of elements of a type, finite and below 2; of E2M1, all codes that there are.</summary>
    public static byte[] Of(ElementType type)
    {
        var bytes = RandomBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = Tame(bytes[i], type, i);
        }

        return bytes;
    }

    /// <summary>A run of E4M3 scales, from 1 to below 2.</summary>
    public static byte[] BlockScales() => Array.ConvertAll(RandomBytes(), value => (byte)(0x38 | (value & 7)));

    private static byte[] RandomBytes()
    {
        var bytes = new byte[Length];
        new Random(Seed).NextBytes(bytes);
        return bytes;
    }

    private static byte Tame(byte value, ElementType type, int index) => type switch
    {
        // Sign and three bits of exponent: 2^-6 to below 2.
        ElementType.E4M3 => (byte)(value & 0xBF),

        // The upper byte keeps its sign, and an exponent of 126 or 127: 0.5 to below 2.
        ElementType.BFloat16 when index % 2 == 1 => (byte)((value & 0x80) | 0x3F),
        _ => value,
    };
}
