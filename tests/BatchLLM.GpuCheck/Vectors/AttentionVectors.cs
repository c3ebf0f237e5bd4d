using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Attention by each of its kernels, beside its formula.</summary>
internal static class AttentionVectors
{
    private static readonly int[] Contexts = [1, 15, 16, 17, 63, 64, 65, 127, 512, 513, 1100];

    /// <summary>Groups of query heads that fill a kernel's columns and that do not: cache, head size, key heads, query heads of each.</summary>
    public static IReadOnlyList<(KvPrecision Kv, int HeadSize, int KvHeads, int Group)> Shapes { get; } =
    [
        (KvPrecision.Fp8, 32, 2, 2), (KvPrecision.Fp8, 64, 1, 7), (KvPrecision.Fp8, 64, 1, 1), (KvPrecision.Fp8, 128, 1, 4),
        (KvPrecision.Bf16, 32, 1, 8), (KvPrecision.Bf16, 64, 2, 3), (KvPrecision.Bf16, 128, 1, 5),
    ];

    /// <summary>Members of groups that share prefixes: cache, head size, query heads of a key head, positions of a block, members, shared positions.</summary>
    public static IReadOnlyList<(KvPrecision Kv, int HeadSize, int Group, int BlockTokens, int Members, int PrefixTokens)> Prefixes { get; } =
    [
        (KvPrecision.Fp8, 128, 8, 64, 11, 64), (KvPrecision.Fp8, 32, 2, 16, 3, 320),
        (KvPrecision.Bf16, 64, 7, 64, 9, 512), (KvPrecision.Bf16, 128, 3, 32, 2, 608),
    ];

    /// <summary>Output tokens at the end of contexts of many lengths.</summary>
    public static KernelVector Decode(KvPrecision kv, int headSize, int kvHeads, int group) => Of(
        "output tokens", new AttentionShape(kvHeads * group, kvHeads, headSize, kv, 16), AttentionRun.MuchRoom,
        [.. Contexts.Select((context, id) => new SceneSlice(id, context - 1))]);

    /// <summary>Parts of prompts, cut where no tile ends.</summary>
    public static KernelVector Chunk(KvPrecision kv, int headSize, int kvHeads, int group) => Of(
        "prompts", new AttentionShape(kvHeads * group, kvHeads, headSize, kv, 32), partialCapacity: 0,
        new(0, 0, 2), new(1, 0, 65), new(2, 5, 16), new(3, 59, 10), new(4, 250, 8), new(5, 0), new(6, 511, 3));

    /// <summary>Output tokens behind a prefix that is read once, beside others.</summary>
    public static KernelVector Prefix(KvPrecision kv, int headSize, int group, int blockTokens, int members, int prefixTokens) => Of(
        "a shared prefix", new AttentionShape(group, 1, headSize, kv, blockTokens), AttentionRun.MuchRoom,
        [.. Enumerable.Range(0, members).Select(id => new SceneSlice(id, prefixTokens + 13 * id, 1, prefixTokens)), new(50, 20), new(51, 3, 9)]);

    private static KernelVector Of(string what, AttentionShape shape, int partialCapacity, params SceneSlice[] slices) => new(
        $"attention of {what}, {shape.Suffix}, {shape.HeadCount} over {shape.KvHeadCount} heads", device =>
        {
            var scene = new AttentionScene(shape, shape.HeadSize, slices);
            var run = new AttentionRun(device, scene, partialCapacity: partialCapacity);
            byte[] bits = [.. slices.SelectMany(slice => Enumerable.Range(slice.Start, slice.Count).SelectMany(position => run.Row(slice.Id, position)))];
            return new VectorResult(bits, AttentionReference.FaultOf(scene, run));
        });
}
