using BatchLLM.Benchmarks.Simulation;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Cuda;
using BatchLLM.Cuda.Devices;
using BatchLLM.Engine;
using BatchLLM.Inference;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>One model of random weights on the CPU and on a device.</summary>
internal sealed class ComparedRunners : IDisposable
{
    private const int StepTokens = 512;
    private const int StepSequences = 64;
    private const int BlockTokens = 64;
    private const long KvBytes = 256 << 20;

    private readonly Func<float[]> _cpuLogits; // of the last step
    private readonly Func<float[]> _gpuLogits;

    /// <summary>Makes both.</summary>
    public ComparedRunners(IDevice device, LlamaConfig config, SyntheticPrecision precision, Numerics numerics, KvPrecision kv)
    {
        var model = new SyntheticModel(config, precision, seed: 1);
        var cpu = new CpuModelRunner(model, new CpuModelRunnerOptions(
            Environment.ProcessorCount, StepTokens, StepSequences, BlockTokens, KvBytes, numerics, kv));
        var gpu = new CudaModelRunner(device, model, new CudaModelRunnerOptions(StepTokens, StepSequences, BlockTokens, KvBytes, numerics, kv));
        var tokenizer = new TextlessTokenizer(config.VocabularySize);
        (Cpu, Gpu) = (new LocalBatchEngine(cpu, tokenizer, new HashSet<int>()), new LocalBatchEngine(gpu, tokenizer, new HashSet<int>()));
        GpuOneStep = new LocalBatchEngine(new LentRunner(gpu, stepsInFlight: 1), tokenizer, new HashSet<int>());
        (_cpuLogits, _gpuLogits) = (() => [.. cpu.ChoiceLogits(0)], () => [.. gpu.ChoiceLogits(0)]);
    }

    /// <summary>On the CPU.</summary>
    public LocalBatchEngine Cpu { get; }

    /// <summary>On the device.</summary>
    public LocalBatchEngine Gpu { get; }

    /// <summary>On the device, each step begun only when the one before has ended.</summary>
    public LocalBatchEngine GpuOneStep { get; }

    /// <summary>Distance of the logits behind a prompt, relative to their size.</summary>
    public double LogitDistance(int[] prompt)
    {
        var sampling = new SamplingParameters { MaxTokens = 1 };
        Completion.Of(Cpu, [prompt], sampling);
        Completion.Of(Gpu, [prompt], sampling);
        var (expected, actual) = (_cpuLogits(), _gpuLogits());
        return Math.Sqrt(expected.Zip(actual, (e, a) => Math.Pow(e - a, 2)).Sum() / expected.Sum(e => (double)e * e));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        GpuOneStep.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Gpu.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Cpu.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
