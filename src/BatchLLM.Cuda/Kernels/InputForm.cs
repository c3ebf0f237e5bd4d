namespace BatchLLM.Cuda.Kernels;

/// <summary>What the input of a matrix product is rounded to by the kernel that writes it.</summary>
internal enum InputForm
{
    /// <summary>The upper half of a float32.</summary>
    BFloat16,

    /// <summary>E4M3 with one scale, known beforehand.</summary>
    E4M3Static,

    /// <summary>E4M3 with a scale per row, from the row's largest magnitude.</summary>
    E4M3PerRow,

    /// <summary>Signed bytes with a scale per row.</summary>
    Int8PerRow,

    /// <summary>E2M1 with a scale for each 16 (<see cref="Devices.BlockScaleTiles"/>), and one known beforehand for all.</summary>
    Nvfp4,
}
