using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.GpuCheck;

/// <summary>How fast one layer's attention of Llama 3.1 8B is: decode tokens, with and without a shared prefix, and prompts.</summary>
internal static class AttentionSpeed
{
    private const int BlockTokens = 64;
    private const int Repeats = 10;
    private const int Room = 100_000;

    private static readonly (int Rows, int Context)[] Decodes = [(16, 512), (64, 512), (256, 512), (1_024, 512), (256, 2_048), (64, 8_192)];

    private static readonly (int Prompts, int Tokens)[] Chunks = [(8, 512), (4, 1_024), (1, 4_096)];

    public static IEnumerable<CheckResult> Run(CudaDevice device)
    {
        foreach (var precision in new[] { KvPrecision.Fp8, KvPrecision.Bf16 })
        {
            var shape = new AttentionShape(32, 8, 128, precision, BlockTokens);
            foreach (var (rows, context) in Decodes)
            {
                yield return Decode(device, shape, rows, context, sharedBlocks: 0);
            }

            yield return Decode(device, shape, 256, 2_304, sharedBlocks: 2_048 / BlockTokens);
            foreach (var (prompts, tokens) in Chunks)
            {
                yield return Chunk(device, shape, prompts, tokens);
            }
        }
    }

    private static CheckResult Decode(CudaDevice device, AttentionShape shape, int rows, int context, int sharedBlocks)
    {
        AttentionSlice[] slices = [.. Enumerable.Range(0, rows).Select(id => new AttentionSlice(id, context - 1, 1, sharedBlocks))];
        using var attention = new RandomAttention(device, shape, slices, rows, context / BlockTokens, Room);
        var milliseconds = Measure(device, attention);
        var name = $"attention, {shape.Suffix}, {rows} tokens at {context}" + (sharedBlocks > 0 ? $", {sharedBlocks * BlockTokens} shared" : "");
        return CheckResult.Measured(name, attention.ReadBytes / milliseconds / 1e6, "GB/s", $"{milliseconds * 1000:0} us");
    }

    private static CheckResult Chunk(CudaDevice device, AttentionShape shape, int prompts, int tokens)
    {
        AttentionSlice[] slices = [.. Enumerable.Range(0, prompts).Select(id => new AttentionSlice(id, 0, tokens))];
        using var attention = new RandomAttention(device, shape, slices, prompts, tokens / BlockTokens, Room);
        var milliseconds = Measure(device, attention);
        return CheckResult.Measured(
            $"attention, {shape.Suffix}, {prompts} prompts of {tokens}", attention.Operations / milliseconds / 1e9, "TFLOP/s", $"{milliseconds * 1000:0} us");
    }

    private static double Measure(CudaDevice device, RandomAttention attention)
    {
        attention.Launch();
        return device.Milliseconds(() =>
        {
            for (var i = 0; i < Repeats; i++)
            {
                attention.Launch();
            }
        }) / Repeats;
    }
}
