namespace BatchLLM.Cuda.Devices;

/// <summary>Sizes of <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of an element.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An element is less than a byte.</exception>
    public static int Bytes(this ElementType type) => type switch
    {
        ElementType.E2M1 => throw new ArgumentOutOfRangeException(nameof(type), type, "Half a byte; ask for the bytes of a row."),
        ElementType.E4M3 or ElementType.Int8 => 1,
        ElementType.BFloat16 => 2,
        _ => 4,
    };

    /// <summary>Bytes of elements beside each other.</summary>
    /// <param name="type">Of them.</param>
    /// <param name="count">How many; even where two are a byte.</param>
    public static long Bytes(this ElementType type, long count) => type == ElementType.E2M1 ? count / 2 : count * type.Bytes();
}
