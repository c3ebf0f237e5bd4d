namespace BatchLLM.Cuda.Devices;

/// <summary>What a matrix on a device holds.</summary>
public enum ElementType
{
    /// <summary>float32.</summary>
    Float32,

    /// <summary>The upper half of a float32.</summary>
    BFloat16,

    /// <summary>FP8 with four bits of exponent, without infinities (OCP OFP8).</summary>
    E4M3,

    /// <summary>Signed bytes.</summary>
    Int8,

    /// <summary>Signed 32-bit sums of products of signed bytes.</summary>
    Int32,

    /// <summary>FP4, two to a byte, the first in its lower half, with an E4M3 scale for each 16 (<see cref="BlockScaleTiles"/>).</summary>
    E2M1,
}
