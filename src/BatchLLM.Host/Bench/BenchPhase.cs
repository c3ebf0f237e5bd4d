namespace BatchLLM.Host.Bench;

/// <summary>A run of steps, measured.</summary>
/// <param name="Tokens">Tokens that count: prompt tokens, shared ones for each sequence, and output tokens.</param>
/// <param name="Steps">Forward passes.</param>
/// <param name="Seconds">Wall time, planning included.</param>
/// <param name="ProcessorSeconds">Processor time of all threads: less than threads times seconds where others took the processor.</param>
/// <param name="TokensPerSecond">Tokens by seconds.</param>
/// <param name="ArithmeticShare">Operations that the steps need, by what the machine computes at most in that time; 0 to 1; null on a GPU.</param>
/// <param name="BandwidthShare">Bytes that the steps must read, by what the machine reads at most in that time; 0 to 1; null on a GPU.</param>
/// <param name="SecondsByPart">Where the time went, by part of a step; "outside" is planning and bookkeeping. Empty on a GPU, which is not waited for within a step.</param>
internal sealed record BenchPhase(
    long Tokens,
    int Steps,
    double Seconds,
    double ProcessorSeconds,
    double TokensPerSecond,
    double? ArithmeticShare,
    double? BandwidthShare,
    IReadOnlyDictionary<string, double> SecondsByPart);
