using System.Globalization;

namespace BatchLLM.GpuCheck.Workloads;

/// <summary>What a GPU does at most.</summary>
/// <param name="BytesPerSecond">Copied within its memory.</param>
/// <param name="Fp8PerSecond">Multiplications and additions of E4M3.</param>
/// <param name="Bf16PerSecond">Multiplications and additions of BF16.</param>
internal sealed record Ceilings(double BytesPerSecond, double Fp8PerSecond, double Bf16PerSecond)
{
    /// <summary>An H200: copies and BF16 as seen with other programs, FP8 as it is planned with.</summary>
    public static Ceilings H200 { get; } = new(4.2e12, 1.3e15, 790e12);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{BytesPerSecond / 1e12} TB/s, {Fp8PerSecond / 1e12} TFLOP/s of FP8, {Bf16PerSecond / 1e12} TFLOP/s of BF16 are taken for what the GPU can do");
}
