namespace BatchLLM.Checkpoints.Synthetic;

/// <summary>
/// The standard normal distribution as a table to draw from with 16 random bits: Box and Muller's transform (1958, The Annals of
/// Mathematical Statistics 29) of a grid of 256 radii by 256 angles.
/// </summary>
/// <remarks>
/// A draw then costs one look-up, whatever format the weights have: each keeps this table in its own codes. The transform of
/// each weight was rejected, it is a hundred times slower than reading weights from a file.
/// </remarks>
internal static class NormalTable
{
    /// <summary>Entries: one for each 16-bit draw.</summary>
    public const int Length = 1 << 16;

    private const int Side = 256;

    /// <summary>The values; mean 0, deviation 1. // [Length]</summary>
    public static float[] Values { get; } = [.. Enumerable.Range(0, Length).Select(Value)];

    /// <summary>Largest magnitude among them.</summary>
    public static float Largest { get; } = Values.Max();

    /// <summary>The table in another element type.</summary>
    public static T[] Map<T>(Func<float, T> convert) => [.. Values.Select(convert)];

    private static float Value(int draw)
    {
        var radius = ((draw / Side) + 0.5) / Side;
        var angle = ((draw % Side) + 0.5) / Side;
        return (float)(Math.Sqrt(-2 * Math.Log(radius)) * Math.Cos(2 * Math.PI * angle));
    }
}
