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
internal sealed record DeviceSizes(RunnerLimits Limits, int Rows, int HeadRows, int Partials)
{
    // 512 rows of a vocabulary of 128,256 would take 262 MB, and the head's product is as fast with half of them.
    private const int MostHeadRows = 256;

    // What a step of 1,024 sequences of 4,096 positions of Llama 3.1 8B takes; rows beyond go another way, which is slower.
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
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StepTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StepSequences, 1);
        var rows = RowBuckets.Of(options.StepTokens);
        var slices = Math.Min(options.StepSequences, options.StepTokens);
        var headRows = Math.Min(MostHeadRows, RowBuckets.Of(slices));
        var positions = Math.Min(model.Config.ContextLength, model.StoredRope?.Positions ?? int.MaxValue);
        var partials = (int)Math.Clamp(
            PartialBytes / (shape.Width * sizeof(float)), slices, (long)slices * AttentionPlan.SplitCount(positions - 1));
        var fixedBytes = DeviceWeights.BytesOf(model, numerics) + PassBuffers.BytesOf(model.Config, rows, headRows, partials)
            + (long)positions * model.Config.HeadSize * sizeof(float);
        var blocks = Blocks(device, model.Config, options, shape, fixedBytes);
        return new DeviceSizes(
            new RunnerLimits(
                Math.Min(positions, blocks * options.KvBlockTokens), model.Config.VocabularySize, options.StepTokens, slices,
                options.KvBlockTokens, blocks, StepsInFlight: 2),
            rows, headRows, partials);
    }

    private static int Blocks(
        IDevice device, LlamaConfig config, CudaModelRunnerOptions options, AttentionShape shape, long fixedBytes)
    {
        var perBlock = DeviceKvCache.BlockBytes(config, shape.IsFp8 ? KvPrecision.Fp8 : KvPrecision.Bf16, options.KvBlockTokens);
        var reserve = ReserveBytes(device.Properties.MemoryBytes);
        var left = device.FreeBytes - fixedBytes - reserve;
        var blocks = (int)Math.Min(
            Math.Min(left, options.KvBytes ?? long.MaxValue) / perBlock, int.MaxValue / options.KvBlockTokens);
        return blocks >= 1 ? blocks : throw new BatchLLMException(
            $"{device.Properties.Name} has {device.FreeBytes >> 20} MiB of memory free; the model and what a step needs take " +
            $"{fixedBytes >> 20} MiB, {reserve >> 20} MiB are left to the driver, and a block of {options.KvBlockTokens} positions of the KV " +
            $"cache takes {perBlock >> 10} KiB. End what else uses the GPU, take a smaller model or a more compressed checkpoint, or run " +
            "on the CPU with --device cpu.");
    }
}
