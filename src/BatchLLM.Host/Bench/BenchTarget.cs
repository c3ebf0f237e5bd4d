using System.Diagnostics;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.Cuda.Devices;
using BatchLLM.Engine;
using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Limits;
using BatchLLM.Host.Jobs;
using BatchLLM.Inference;
using BatchLLM.Jobs;

namespace BatchLLM.Host.Bench;

/// <summary>What a benchmark measures: a model in the memory of the CPU or of a GPU.</summary>
internal sealed class BenchTarget : IDisposable
{
    private readonly CudaDevice? _gpu; // null for the CPU

    private BenchTarget(CudaDevice? gpu, IModelRunner runner) => (_gpu, Runner) = (gpu, runner);

    /// <summary>Computes.</summary>
    public IModelRunner Runner { get; }

    /// <summary>Where its time goes; null if it does not tell.</summary>
    public StepTimes? Times { get; private init; }

    /// <summary>What the CPU can do at most, measured before the model was made; null for a GPU.</summary>
    public MachineLimits? Limits { get; private init; }

    /// <summary>cpu, or the GPU's name.</summary>
    public required string Device { get; init; }

    /// <summary>What kernels are made of.</summary>
    public required string Instructions { get; init; }

    /// <summary>How linear layers are computed.</summary>
    public required Numerics Numerics { get; init; }

    /// <summary>What the KV cache holds.</summary>
    public required KvPrecision Kv { get; init; }

    /// <summary>Bytes that the weights take.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Making the weights, and packing or copying them.</summary>
    public required TimeSpan LoadTime { get; init; }

    /// <summary>See <see cref="BenchOutput.VaryingProducts"/>.</summary>
    public IReadOnlyList<string>? VaryingProducts => _gpu?.VaryingProducts;

    /// <summary>Makes it ready.</summary>
    /// <exception cref="BatchLLMException">The model does not fit the memory, cannot be computed as asked, or there is no such GPU.</exception>
    public static BenchTarget Open(BenchRequest request, SyntheticModel model) =>
        request.Gpu is { } ordinal ? OnGpu(request, model, ordinal) : OnCpu(request, model);

    private static BenchTarget OnCpu(BenchRequest request, SyntheticModel model)
    {
        var sizes = BenchMemory.Sizes(request, model);
        BenchMemory.Of(model, sizes).Require(request, BenchMemory.Free());
        var limits = MachineLimits.Measure(request.Threads);
        var start = Stopwatch.GetTimestamp();
        var runner = new CpuModelRunner(model, sizes);
        return new BenchTarget(gpu: null, runner)
        {
            Times = runner.Times,
            Limits = limits,
            Device = DeviceNames.Cpu,
            Instructions = InstructionSets.Name(InstructionSets.Choose(request.Instructions)),
            Numerics = runner.Numerics,
            Kv = runner.Kv,
            WeightBytes = runner.WeightBytes,
            LoadTime = Stopwatch.GetElapsedTime(start),
        };
    }

    private static BenchTarget OnGpu(BenchRequest request, SyntheticModel model, int ordinal)
    {
        var gpu = Gpu.Open(ordinal);
        try
        {
            var sizes = GpuBenchSizes.Of(request, model, gpu);
            var start = Stopwatch.GetTimestamp();
            var runner = new CudaModelRunner(gpu, model, sizes);
            return new BenchTarget(gpu, runner)
            {
                Device = gpu.Properties.Name,
                Instructions = $"compute capability {gpu.Properties.Major}.{gpu.Properties.Minor}",
                Numerics = runner.Numerics,
                Kv = runner.Kv,
                WeightBytes = runner.WeightBytes,
                LoadTime = Stopwatch.GetElapsedTime(start),
            };
        }
        catch
        {
            gpu.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Runner.Dispose();
        _gpu?.Dispose();
    }
}
