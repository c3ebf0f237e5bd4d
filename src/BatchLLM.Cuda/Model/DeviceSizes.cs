using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Cuda.Weights;
using BatchLLM.Inference;

namespace BatchLLM.Cuda.Model;

/// <summary>Decides a runner's sizes from the model, from what was asked for, and from the memory that is there.</summary>
/// <param name="Limits">What steps keep to.</param>
/// <param name="Rows">Most rows of a step, with those that fill it up.</param>
/// <param name="HeadRows">Most rows whose logits are computed together.</param>
/// <param name="Partials">Partial results of attention.</param>
/// <param name="Memory">What all of it takes.</param>
internal sealed record DeviceSizes(RunnerLimits Limits, int Rows, int HeadRows, int Partials, GpuMemoryPlan Memory)
{
    // 512 rows of a vocabulary of 128,256 would take 262 MB, and the head's product is as fast with half of them.
    private const int MostHeadRows = 256;

    // What a step of 1,024 sequences of 8,192 positions of Llama 3.1 8B takes; rows beyond go another way, which is slower.
    private const long PartialBytes = 256L << 20;

    // Left to the driver for the machine code of kernels and products, which it loads when they first run.
    private const long LeastReserve = 256L << 20;
    private const int ReserveShare = 64;

    /// <summary>Bytes of the device that are left alone.</summary>
    public static long ReserveBytes(long memoryBytes) => Math.Max(LeastReserve, memoryBytes / ReserveShare);

    /// <summary>Decides, before anything is allocated.</summary>
    /// <param name="device">What it runs on.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="numerics">In force.</param>
    /// <param name="shape">Of attention.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is outside its range.</exception>
    /// <exception cref="BatchLLMException">The device's memory does not hold the model and a block of its KV cache.</exception>
    public static DeviceSizes Decide(
        IDevice device, IModelWeights model, CudaModelRunnerOptions options, Numerics numerics, AttentionShape shape)
    {
        var sizes = Propose(device, model, options, numerics, shape);
        return sizes.Memory.Shortage(device.Properties.Name) is { } shortage ? throw new BatchLLMException(shortage) : sizes;
    }

    /// <summary>As <see cref="Decide"/>, whether or not the memory is enough: then with no KV block.</summary>
    public static DeviceSizes Propose(
        IDevice device, IModelWeights model, CudaModelRunnerOptions options, Numerics numerics, AttentionShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StepTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StepSequences, 1);
        var rows = RowBuckets.Of(options.StepTokens);
        var slices = Math.Min(options.StepSequences, options.StepTokens);
        var headRows = Math.Min(MostHeadRows, RowBuckets.Of(slices));
        var positions = Math.Min(model.Config.ContextLength, model.StoredRope?.Positions ?? int.MaxValue);
        var partials = (int)Math.Clamp(
            PartialBytes / (shape.Width * sizeof(float)), slices, (long)slices * AttentionPlan.SplitCount(positions - 1));
        var memory = Divide(
            device, model, options, shape, DeviceWeights.BytesOf(model, numerics),
            PassBuffers.BytesOf(model.Config, rows, headRows, partials) + (long)positions * model.Config.HeadSize * sizeof(float));
        return new DeviceSizes(
            new RunnerLimits(
                (int)Math.Min(positions, memory.KvTokens), model.Config.VocabularySize, options.StepTokens, slices, options.KvBlockTokens,
                memory.KvBlockCount, StepsInFlight: 2),
            rows, headRows, partials, memory);
    }

    private static GpuMemoryPlan Divide(
        IDevice device, IModelWeights model, CudaModelRunnerOptions options, AttentionShape shape, long weightBytes, long stepBytes)
    {
        var perBlock = DeviceKvCache.BlockBytes(
            model.Config, shape.IsFp8 ? KvPrecision.Fp8 : KvPrecision.Bf16, options.KvBlockTokens);
        var reserve = ReserveBytes(device.Properties.MemoryBytes);
        var free = device.FreeBytes;
        var left = Math.Max(0, free - weightBytes - stepBytes - reserve);
        var blocks = (int)Math.Min(
            Math.Min(left, options.KvBytes ?? long.MaxValue) / perBlock, int.MaxValue / options.KvBlockTokens);
        return new GpuMemoryPlan(free, weightBytes, stepBytes, reserve, options.KvBlockTokens, perBlock, blocks);
    }
}
