namespace BatchLLM.Cuda.Devices;

/// <summary>Sizes of <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    /// <summary>Bytes of an element.</summary>
    public static int Bytes(this ElementType type) => type switch
    {
        ElementType.E4M3 or ElementType.Int8 => 1,
        ElementType.BFloat16 => 2,
        _ => 4,
    };
}
