using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Quantize;
using BatchLLM.Engine.Calibration;
using BatchLLM.Tests.Engine;

namespace BatchLLM.Tests.Quantize;

/// <summary>A small model, and a directory for a quantized copy of it.</summary>
internal sealed class QuantizedCopy : IDisposable
{
    private static readonly int[][] Prompts = [[1, 5, 9, 3], [2, 8], [7, 7, 7, 1, 0, 4, 11, 6]];

    private readonly string _folder = Directory.CreateTempSubdirectory("batchllm-quantize-").FullName;

    public QuantizedCopy(string model = "tied-bf16") => Source = ModelDirectory.Open(TestData.Model(model));

    public ModelDirectory Source { get; }

    public string Folder => Path.Combine(_folder, "copy");

    public ModelQuantizer Quantizer(QuantizeFormat format, bool fp8Kv = false) => new(Source, Folder, format, fp8Kv);

    /// <summary>Quantizes, or goes on; returns how many layers were done before.</summary>
    public int Run(
        QuantizeFormat format, bool fp8Kv = false, Action<QuantizeProgress>? report = null, int[][]? prompts = null,
        CancellationToken cancellationToken = default)
    {
        var quantizer = Quantizer(format, fp8Kv);
        var calibration = format.NeedsCalibration() ? new CalibrationPass(Source, prompts ?? Prompts, quantizer.Scratch) : null;
        return quantizer.Run(calibration, report ?? (_ => { }), cancellationToken);
    }

    /// <summary>Runs until a layer is done, and leaves what a killed process would.</summary>
    public void StopAfterLayer(int layer, QuantizeFormat format)
    {
        using var stop = new CancellationTokenSource();
        try
        {
            Run(
                format,
                report: progress =>
                {
                    if (progress.Layer > layer)
                    {
                        stop.Cancel();
                    }
                },
                cancellationToken: stop.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        throw new InvalidOperationException("The quantization was not stopped.");
    }

    /// <summary>All files with their content, by relative path.</summary>
    public SortedDictionary<string, byte[]> Files() => new(
        Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(Folder, file), File.ReadAllBytes),
        StringComparer.Ordinal);

    public void Dispose()
    {
        Source.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
