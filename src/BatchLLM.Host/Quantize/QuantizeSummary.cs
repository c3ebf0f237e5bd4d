namespace BatchLLM.Host.Quantize;

/// <summary>A finished quantization, for people and for <c>--json</c>.</summary>
/// <param name="From">The unquantized model.</param>
/// <param name="To">The quantized one.</param>
/// <param name="Format">The layout.</param>
/// <param name="Quantization">What the new checkpoint declares, as <c>batchllm inspect</c> shows it.</param>
/// <param name="KvCache"><c>fp8</c> if it has scales of an FP8 KV cache, else <c>full</c>.</param>
/// <param name="SourceBytes">Bytes of the unquantized model's weight files.</param>
/// <param name="Bytes">Bytes of the new weight files.</param>
/// <param name="CalibrationPrompts">Prompts used; null for a layout that needs none.</param>
/// <param name="CalibrationTokens">Their tokens; null for a layout that needs none.</param>
/// <param name="Layers">Layers of the model.</param>
/// <param name="LayersKept">Layers that a stopped run had finished.</param>
/// <param name="Seconds">How long this run took.</param>
internal sealed record QuantizeSummary(
    string From,
    string To,
    string Format,
    string Quantization,
    string KvCache,
    long SourceBytes,
    long Bytes,
    int? CalibrationPrompts,
    long? CalibrationTokens,
    int Layers,
    int LayersKept,
    double Seconds);
