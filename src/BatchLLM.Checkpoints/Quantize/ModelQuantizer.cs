namespace BatchLLM.Checkpoints.Quantize;

/// <summary>
/// Writes a quantized copy of a model, layer by layer. What a stopped run has finished is kept in a scratch directory beside
/// it, and the same call goes on from there; the result is the same to the byte.
/// </summary>
/// <param name="model">The unquantized model.</param>
/// <param name="directory">Where the copy comes into being: new, empty, or left behind by a stopped run.</param>
/// <param name="format">The layout.</param>
/// <param name="fp8Kv">True to write scales of an FP8 KV cache: only ModelOpt's layouts, FP8 and NVFP4, have them.</param>
public sealed class ModelQuantizer(ModelDirectory model, string directory, QuantizeFormat format, bool fp8Kv)
{
    private const string ScratchName = ".quantize";

    // Calibration computes the layer for every prompt token; writing reads its weights a few times.
    private const double CalibrationShare = 0.9;

    /// <summary>Where a run keeps what it needs to go on: its state, and the calibration's hidden states.</summary>
    public string Scratch { get; } = Path.Combine(directory, ScratchName);

    /// <summary>Refuses a model that is quantized already, and a directory that holds anything but a stopped run.</summary>
    /// <exception cref="BatchLLMException">Either is so.</exception>
    public void Check()
    {
        if (model.Quantization.Format != Linear.WeightFormat.Float)
        {
            throw new BatchLLMException(
                $"Model {model.Path} is already quantized ({model.Quantization.Label}); quantizing rounds BF16, F16 or F32 weights. " +
                "Use the unquantized checkpoint of this model.");
        }

        if (Directory.Exists(directory) && !Directory.Exists(Scratch) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new BatchLLMException(
                $"{directory} is not empty, and no stopped quantization left it. Choose another directory with --to, or empty this one.");
        }
    }

    /// <summary>Quantizes what is not done yet.</summary>
    /// <param name="calibration">The prompts; null for a layout that needs none. Keeps its files in <see cref="Scratch"/>.</param>
    /// <param name="report">Receives progress, on the calling thread.</param>
    /// <param name="cancellationToken">Stops soon; finished layers are kept.</param>
    /// <returns>Layers that a former run had finished.</returns>
    /// <exception cref="BatchLLMException">A weight is unusable, the directory is another run's, or a file failed.</exception>
    public int Run(ILayerCalibration? calibration, Action<QuantizeProgress> report, CancellationToken cancellationToken)
    {
        Check();
        if (format.NeedsCalibration() && calibration is null)
        {
            throw new ArgumentNullException(nameof(calibration), $"Format {format.Name()} needs calibration.");
        }

        try
        {
            Directory.CreateDirectory(Scratch);
            int before;
            using (Lock())
            {
                before = RunAlone(calibration, report, cancellationToken);
            }

            Directory.Delete(Scratch, recursive: true);
            return before;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BatchLLMException(
                $"{directory}: {exception.Message} Finished layers are kept: make room or repair the device, and run the same command again.",
                innerException: exception);
        }
    }

    private int RunAlone(ILayerCalibration? calibration, Action<QuantizeProgress> report, CancellationToken cancellationToken)
    {
        var state = Begin(calibration?.Digest);
        var before = state.LayersDone;
        var target = Target(calibration);
        for (var layer = before; layer < model.Config.LayerCount; layer++)
        {
            RunLayer(layer, calibration, target, report, cancellationToken);
            (state with { LayersDone = layer + 1 }).Write(Scratch);
        }

        report(new QuantizeProgress(model.Config.LayerCount, model.Config.LayerCount, "writing the rest", 1));
        target.Finish(cancellationToken);
        return before;
    }

    private void RunLayer(
        int layer, ILayerCalibration? calibration, ICheckpointTarget target, Action<QuantizeProgress> report,
        CancellationToken cancellationToken)
    {
        var statistics = calibration?.Run(layer, share => Report("calibrating", share * CalibrationShare), cancellationToken);
        Report("quantizing", calibration is null ? 0 : CalibrationShare);
        target.WriteLayer(layer, statistics, cancellationToken);

        void Report(string stage, double share) => report(
            new QuantizeProgress(layer, model.Config.LayerCount, stage, (layer + share) / model.Config.LayerCount));
    }

    private QuantizeState Begin(string? calibration)
    {
        var state = new QuantizeState(model.Digest, format.Name(), fp8Kv, calibration, LayersDone: 0);
        if (QuantizeState.Read(Scratch) is not { } former)
        {
            state.Write(Scratch);
            return state;
        }

        return state.DifferenceFrom(former) is { } difference
            ? throw new BatchLLMException(
                $"{directory} holds a stopped quantization with {difference}; it goes on only with that. " +
                "Repeat its command, choose another directory with --to, or remove this one.")
            : former;
    }

    private FileStream Lock()
    {
        try
        {
            return new FileStream(Path.Combine(Scratch, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new BatchLLMException(
                $"{directory} is being written by another process. Wait for it, or choose another directory with --to.",
                isTransient: true,
                exception);
        }
    }

    private ICheckpointTarget Target(ILayerCalibration? calibration) => format == QuantizeFormat.Int4Awq
        ? new OnnxTarget(model, calibration!.Angles, directory, Scratch)
        : new SafetensorsTarget(model, Layout(), directory, Scratch);

    private ILayerTensors Layout() => format switch
    {
        QuantizeFormat.Fp8 => new Fp8StaticTensors(model, fp8Kv),
        QuantizeFormat.Nvfp4 => new Nvfp4Tensors(model, fp8Kv),
        _ => new ChannelScaleTensors(model, isInteger: format == QuantizeFormat.Int8),
    };
}
