using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.GpuCheck.Reports;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>How fast one layer's attention is.</summary>
/// <param name="device">The device.</param>
/// <param name="shape">Of the model.</param>
internal sealed class AttentionSpeed(IDevice device, AttentionShape shape)
{
    private const int Repeats = 10;
    private const int Room = 100_000;

    /// <summary>Measures output tokens.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="context">Positions that each attends to; whole blocks.</param>
    /// <param name="sharedBlocks">Blocks that all begin with.</param>
    public CheckResult Decode(int rows, int context, int sharedBlocks = 0)
    {
        AttentionSlice[] slices = [.. Enumerable.Range(0, rows).Select(id => new AttentionSlice(id, context - 1, 1, sharedBlocks))];
        using var attention = new RandomAttention(device, shape, slices, rows, context / shape.BlockTokens, Room);
        var milliseconds = Measure(attention);
        var name = $"attention, {shape.Suffix}, {rows} tokens at {context}" + (sharedBlocks > 0 ? $", {sharedBlocks * shape.BlockTokens} shared" : "");
        return CheckResult.Measured(name, attention.ReadBytes / milliseconds / 1e6, "GB/s", $"{milliseconds * 1000:0} us");
    }

    /// <summary>Measures prompts.</summary>
    /// <param name="prompts">How many.</param>
    /// <param name="tokens">Of each; whole blocks.</param>
    public CheckResult Chunk(int prompts, int tokens)
    {
        AttentionSlice[] slices = [.. Enumerable.Range(0, prompts).Select(id => new AttentionSlice(id, 0, tokens))];
        using var attention = new RandomAttention(device, shape, slices, prompts, tokens / shape.BlockTokens, Room);
        var milliseconds = Measure(attention);
        return CheckResult.Measured(
            $"attention, {shape.Suffix}, {prompts} prompts of {tokens}", attention.Operations / milliseconds / 1e9, "TFLOP/s", $"{milliseconds * 1000:0} us");
    }

    private double Measure(RandomAttention attention)
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
