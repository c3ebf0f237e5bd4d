using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Limits;

/// <summary>What this machine can do at most, measured: what an engine's figures are held against.</summary>
/// <param name="Threads">Threads that were measured together.</param>
/// <param name="FloatGflops">10^9 float32 operations a second, fused multiply-adds in registers; each counts as two.</param>
/// <param name="IntegerGops">
/// 10^9 operations a second of exact products of bytes in registers; null where the machine has no such instruction.
/// </param>
/// <param name="ReadGigabytesPerSecond">10^9 bytes a second that are read from memory.</param>
public sealed record MachineLimits(int Threads, double FloatGflops, double? IntegerGops, double ReadGigabytesPerSecond)
{
    /// <summary>Bytes of memory that measuring takes.</summary>
    public static long BufferBytes => MemoryReadPeak.BufferBytes;

    /// <summary>Measures, in about a second.</summary>
    /// <param name="threads">Threads that compute, the caller included; at least 1.</param>
    public static MachineLimits Measure(int threads)
    {
        using var pool = new WorkerPool(threads);
        using var memory = new MemoryReadPeak(threads);
        return new MachineLimits(
            threads,
            new FusedMultiplyAddPeak(threads).Measure(pool),
            IntegerMultiplyAddPeak.IsSupported ? new IntegerMultiplyAddPeak(threads).Measure(pool) : null,
            memory.Measure(pool));
    }
}
