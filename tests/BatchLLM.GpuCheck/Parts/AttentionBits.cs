using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.GpuCheck.Reports;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>
/// Whether a row has the same bits whichever kernel computes it. The emulator's tests say so; on a GPU it also takes tensor
/// cores that compute each element of a product alike, which is not documented.
/// </summary>
internal static class AttentionBits
{
    private const int Sequences = 24;
    private const int BlockTokens = 64;
    private const int TableBlocks = 32;
    private const int SharedBlocks = 11; // 704 positions: a split and a part of one
    private const int Room = 10_000;

    /// <summary>Shapes of known models.</summary>
    public static IEnumerable<AttentionShape> Shapes =>
        from precision in new[] { KvPrecision.Fp8, KvPrecision.Bf16 }
        from heads in new[] { (32, 128), (32, 64), (64, 128), (8, 32) }
        select new AttentionShape(heads.Item1, 8, heads.Item2, precision, BlockTokens);

    /// <summary>Compares rows alone, in a chunk and at a chunk's end with the same behind a shared prefix.</summary>
    public static CheckResult Compare(IDevice device, AttentionShape shape)
    {
        AttentionSlice[] alone = [.. Enumerable.Range(0, Sequences).Select(id => new AttentionSlice(id, 705 + 53 * id, 1, SharedBlocks))];
        var shared = LastRows(device, shape, alone, Room);
        var others = new (string Name, byte[][] Rows)[]
        {
            ("alone", [.. alone.Select(slice => LastRows(device, shape, [slice], Room)[0])]),
            ("in the chunk kernel", LastRows(device, shape, alone, partialCapacity: 0)),
            ("at a chunk's end", LastRows(device, shape, Array.ConvertAll(alone, slice => slice with { Start = slice.Start - 45, Count = 46 }), Room)),
        };
        var differing = others.Select(other => (other.Name, Count: other.Rows.Zip(shared).Count(pair => !pair.First.SequenceEqual(pair.Second))))
            .Where(other => other.Count > 0).Select(other => $"{other.Count} of {Sequences} differ {other.Name}");
        return CheckResult.Of(
            $"attention, {shape.Suffix}, {shape.HeadCount} heads: same bits in every kernel", !differing.Any(), string.Join("; ", differing));
    }

    private static byte[][] LastRows(IDevice device, AttentionShape shape, AttentionSlice[] slices, int partialCapacity)
    {
        using var attention = new RandomAttention(device, shape, slices, Sequences, TableBlocks, partialCapacity);
        attention.Launch();
        return [.. slices.Select((_, index) => attention.LastRow(index))];
    }
}
