using BatchLLM.Checkpoints.Quantize;

namespace BatchLLM.Host.Quantize;

/// <summary>What the command line asks for.</summary>
/// <param name="From">The unquantized model.</param>
/// <param name="To">Where the quantized one comes into being.</param>
/// <param name="Format">The layout.</param>
/// <param name="Fp8Kv">True to write scales of an FP8 KV cache.</param>
/// <param name="Calibration">A job file or a data file; null without.</param>
/// <param name="Column">The prompt's column of a data file; null to choose one.</param>
/// <param name="Samples">Most calibration prompts.</param>
internal sealed record QuantizeRequest(
    string From, string To, QuantizeFormat Format, bool Fp8Kv, string? Calibration, string? Column, int Samples);
