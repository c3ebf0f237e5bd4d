namespace BatchLLM.Cuda.Kernels;

/// <summary>What the input of a matrix product is rounded to by the kernel that makes it.</summary>
public enum InputForm
{
    /// <summary>BF16.</summary>
    BFloat16,

    /// <summary>E4M3 codes under one scale that the checkpoint knows.</summary>
    E4M3,

    /// <summary>E4M3 codes under a scale for each row, from its largest magnitude.</summary>
    E4M3PerRow,

    /// <summary>Signed bytes under a scale for each row, from its largest magnitude.</summary>
    Int8PerRow,
}
