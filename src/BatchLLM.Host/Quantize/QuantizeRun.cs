using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Quantize;
using BatchLLM.Engine.Calibration;
using BatchLLM.Host.Display;
using BatchLLM.Host.Jobs;

namespace BatchLLM.Host.Quantize;

/// <summary>One quantization in this process: prompts, calibration, writing, display.</summary>
/// <param name="request">What the command line asks for.</param>
/// <param name="terminal">Where to show it.</param>
internal sealed class QuantizeRun(QuantizeRequest request, Terminal terminal)
{
    private readonly TimeProvider _time = TimeProvider.System;

    /// <summary>Quantizes, or goes on with what a stopped run left.</summary>
    /// <exception cref="BatchLLMException">A file is missing, wrong or failed.</exception>
    public async Task<QuantizeSummary> RunAsync(CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        using var model = ModelDirectory.Open(request.From);
        var quantizer = new ModelQuantizer(model, request.To, request.Format, request.Fp8Kv);
        quantizer.Check();
        var prompts = request.Format.NeedsCalibration() ? await PromptsAsync(cancellationToken) : null;
        var calibration = prompts is null ? null : new CalibrationPass(model, prompts, quantizer.Scratch);
        var kept = await new QuantizeDisplay(terminal).ShowAsync(report => quantizer.Run(calibration, report, cancellationToken));
        return Summarize(model, prompts, kept, _time.GetElapsedTime(start));
    }

    private async Task<IReadOnlyList<int[]>> PromptsAsync(CancellationToken cancellationToken)
    {
        using var model = LoadedModel.Open(request.From);
        var spec = await CalibrationSource.SpecAsync(
            request.Calibration!, request.Column, request.From, model.Template is not null, cancellationToken);
        return await CalibrationPrompts.ReadAsync(spec, model, request.Samples, cancellationToken);
    }

    private QuantizeSummary Summarize(ModelDirectory source, IReadOnlyList<int[]>? prompts, int kept, TimeSpan elapsed)
    {
        using var result = ModelDirectory.Open(request.To);
        return new QuantizeSummary(
            source.Path,
            result.Path,
            request.Format.Name(),
            result.Quantization.Label,
            request.Fp8Kv ? "fp8" : "full",
            WeightBytes(source.Path),
            WeightBytes(result.Path),
            prompts?.Count,
            prompts?.Sum(prompt => (long)prompt.Length),
            source.Config.LayerCount,
            kept,
            Math.Round(elapsed.TotalSeconds, 3));
    }

    private static long WeightBytes(string directory) => new DirectoryInfo(directory).EnumerateFiles()
        .Where(file => file.Extension is ".safetensors" or ".onnx" or ".onnx_data").Sum(file => file.Length);
}
