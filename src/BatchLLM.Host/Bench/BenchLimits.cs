using BatchLLM.Checkpoints;
using BatchLLM.Engine.Limits;

namespace BatchLLM.Host.Bench;

/// <summary>The machine's limits for one way of computing.</summary>
/// <param name="OperationsPerSecond">Of the instruction that multiplies in these numerics.</param>
/// <param name="BytesPerSecond">Read from memory.</param>
internal sealed record BenchLimits(double OperationsPerSecond, double BytesPerSecond)
{
    private const double Giga = 1e9;

    /// <summary>The limits that count for some numerics.</summary>
    public static BenchLimits Of(MachineLimits machine, Numerics numerics) => new(
        Giga * (numerics is Numerics.W8A8Int8 or Numerics.W4A8 ? machine.IntegerGops ?? machine.FloatGflops : machine.FloatGflops),
        Giga * machine.ReadGigabytesPerSecond);
}
