using BatchLLM.Benchmarks.Simulation;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.Cuda.Devices;
using BatchLLM.GpuCheck.Timing;
using BatchLLM.Inference;

namespace BatchLLM.GpuCheck.Workloads;

/// <summary>A model of random FP8 weights, drawn on the device, with an FP8 cache, behind the engine that jobs run on.</summary>
internal sealed class ModelSession : IDisposable, IProgress<StepReport>
{
    private const ulong Seed = 1;

    private readonly LocalBatchEngine _engine;
    private IProgress<StepReport>? _meter;

    /// <summary>Draws the weights, and takes the rest of the memory for the cache.</summary>
    public ModelSession(IDevice device, LlamaConfig config, CudaModelRunnerOptions options)
    {
        Config = config;
        Device = new TimedDevice(device);
        var runner = new CudaModelRunner(Device, new SyntheticModel(config, SyntheticPrecision.Fp8, Seed), options with { Kv = KvPrecision.Fp8 });
        (Limits, WeightBytes) = (runner.Limits, runner.WeightBytes);
        _engine = new LocalBatchEngine(new BusyRunner(runner, Busy), new TextlessTokenizer(config.VocabularySize), new HashSet<int>(), this);
    }

    /// <summary>The model's numbers.</summary>
    public LlamaConfig Config { get; }

    /// <summary>What steps keep to.</summary>
    public RunnerLimits Limits { get; }

    /// <summary>Time that the device computed steps.</summary>
    public BusyTime Busy { get; } = new();

    /// <summary>Bytes of the weights on the device.</summary>
    public long WeightBytes { get; }

    /// <summary>Rows of a workload that are under way together.</summary>
    public int ConcurrentRows(Workload workload) => (int)Math.Clamp(
        (double)Limits.KvBlockCount * Limits.KvBlockTokens / (workload.HeldPositions + Limits.KvBlockTokens / 2.0), 1, Limits.StepSequenceBudget);

    /// <summary>Measures kernels; is that of the model's steps.</summary>
    public TimedDevice Device { get; }

    /// <summary>Runs rows to their ends, or until the token ends them.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="meter">Told of each step.</param>
    /// <param name="end">Ends the run without an exception.</param>
    /// <exception cref="BatchLLMException">A row failed, or the engine did.</exception>
    public void Run(IReadOnlyList<InferenceRequest> rows, IProgress<StepReport> meter, CancellationToken end)
    {
        _meter = meter;
        Drain(rows, end).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Report(StepReport value) => _meter?.Report(value);

    /// <inheritdoc/>
    public void Dispose()
    {
        _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Device.Dispose();
    }

    private async Task Drain(IReadOnlyList<InferenceRequest> rows, CancellationToken end)
    {
        try
        {
            await foreach (var generation in _engine.RunAsync(rows, end))
            {
                if (generation.Error is { } error)
                {
                    throw new BatchLLMException($"Row {generation.Index} failed: {error.Message}");
                }
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The meter has seen enough.
        }
    }
}
