using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Causal attention over the paged cache. Leaves partial results and chunks' rows for <see cref="AttentionMerge"/>.</summary>
/// <param name="device">Where it runs.</param>
/// <param name="shape">Of the model.</param>
internal sealed class PagedAttention(IDevice device, AttentionShape shape)
{
    private const float Log2E = 1.44269504f;
    private const int WarpThreads = 32;

    // A thread of the chunk kernel keeps its own totals of the splits before in shared memory.
    private readonly int _totalsBytes = AttentionShape.BlockColumns * shape.HeadSize * sizeof(float);
    private readonly IKernel _decode = device.Kernel("attention_decode", $"attention_decode_{shape.Suffix}");
    private readonly IKernel _chunk = device.Kernel("attention_chunk", $"attention_chunk_{shape.Suffix}");
    private readonly IKernel _prefix = device.Kernel("attention_prefix", $"attention_prefix_{shape.Suffix}");

    /// <summary>Queues the kernels that a step has work for.</summary>
    public void Launch(AttentionStep step, in AttentionLayer layer)
    {
        var scale = Log2E / MathF.Sqrt(shape.HeadSize) * layer.Scales.Key;
        if (step.PrefixCount > 0)
        {
            LaunchPrefix(step, layer, scale);
        }

        if (step.DecodeCount > 0)
        {
            LaunchDecode(step, layer, scale);
        }

        if (step.ChunkCount > 0)
        {
            LaunchChunk(step, layer, scale);
        }
    }

    private void LaunchDecode(AttentionStep step, in AttentionLayer layer, float scale) => device.Launch(
        _decode,
        new LaunchShape(step.DecodeCount * shape.KvHeadCount, 1, 1, WarpThreads),
        new AttentionDecodeArguments
        {
            Queries = layer.Queries,
            Keys = layer.Keys,
            Values = layer.Values,
            BlockTables = step.BlockTables,
            Slices = step.Slices,
            Positions = step.Positions,
            FirstPartials = step.FirstPartials,
            PrefixTokens = step.PrefixTokens,
            Work = step.Decode,
            PartialOutputs = step.PartialOutputs,
            PartialSums = step.PartialSums,
            Scale = scale,
            Heads = (uint)shape.HeadCount,
            KvHeads = (uint)shape.KvHeadCount,
            BlockShift = (uint)shape.BlockShift,
            TableStride = (uint)step.TableStride,
        });

    private void LaunchPrefix(AttentionStep step, in AttentionLayer layer, float scale) => device.Launch(
        _prefix,
        new LaunchShape(step.PrefixCount * shape.KvHeadCount, 1, 1, AttentionShape.BlockThreads, shape.StageBytes),
        new AttentionPrefixArguments
        {
            Queries = layer.Queries,
            Keys = layer.Keys,
            Values = layer.Values,
            BlockTables = step.BlockTables,
            Slices = step.Slices,
            FirstPartials = step.FirstPartials,
            Members = step.Members,
            Work = step.Prefixes,
            PartialOutputs = step.PartialOutputs,
            PartialSums = step.PartialSums,
            Scale = scale,
            Heads = (uint)shape.HeadCount,
            KvHeads = (uint)shape.KvHeadCount,
            GroupShift = (uint)shape.GroupShift,
            BlockShift = (uint)shape.BlockShift,
            TableStride = (uint)step.TableStride,
        });

    private void LaunchChunk(AttentionStep step, in AttentionLayer layer, float scale) => device.Launch(
        _chunk,
        new LaunchShape(step.ChunkCount * shape.KvHeadCount, 1, 1, AttentionShape.BlockThreads, shape.StageBytes + _totalsBytes),
        new AttentionChunkArguments
        {
            Queries = layer.Queries,
            Keys = layer.Keys,
            Values = layer.Values,
            BlockTables = step.BlockTables,
            FirstRows = step.FirstRows,
            Starts = step.Starts,
            Counts = step.Counts,
            Work = step.Chunks,
            Mixed = step.Mixed,
            Scale = scale,
            ValueScale = layer.Scales.Value,
            Heads = (uint)shape.HeadCount,
            KvHeads = (uint)shape.KvHeadCount,
            GroupShift = (uint)shape.GroupShift,
            BlockShift = (uint)shape.BlockShift,
            TableStride = (uint)step.TableStride,
        });
}
