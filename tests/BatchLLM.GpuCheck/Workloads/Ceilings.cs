namespace BatchLLM.GpuCheck.Workloads;

/// <summary>What a GPU does at most.</summary>
/// <param name="BytesPerSecond">Copied within its memory.</param>
/// <param name="Fp8PerSecond">Multiplications and additions of E4M3.</param>
/// <param name="Bf16PerSecond">Multiplications and additions of BF16.</param>
internal sealed record Ceilings(double BytesPerSecond, double Fp8PerSecond, double Bf16PerSecond)
{
    /// <summary>An H200: copies and BF16 as seen with other programs, FP8 as it is planned with.</summary>
    public static Ceilings H200 { get; } = new(4.2e12, 1.3e15, 790e12);
}
