using BatchLLM.Checkpoints;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// Keys and values of all sequences in fixed blocks of positions. Keys stand transposed, [headSize, blockTokens], so that
/// one load brings the same element of 8 positions; values stand [blockTokens, headSize].
/// </summary>
/// <remarks>
/// Float32. BF16 would hold twice the positions, but would round what the reference computes, and a completion would then
/// depend on a choice of memory; host memory is not what limits a batch on a CPU.
/// </remarks>
internal sealed unsafe class KvCache : IDisposable
{
    private readonly AlignedBuffer<float> _keys; // [layers, blocks, kvHeads, headSize, blockTokens]
    private readonly AlignedBuffer<float> _values; // [layers, blocks, kvHeads, blockTokens, ValueStride]
    private readonly int _kvHeads;
    private readonly int _headSize;

    /// <summary>Allocates blocks; memory is touched when a block is first written.</summary>
    public KvCache(LlamaConfig config, int blockTokens, int blockCount)
    {
        _kvHeads = config.KvHeadCount;
        _headSize = config.HeadSize;
        BlockTokens = blockTokens;
        BlockCount = blockCount;
        ValueStride = PadHead(config.HeadSize);
        var heads = (long)config.LayerCount * blockCount * _kvHeads;
        _keys = new AlignedBuffer<float>(heads * _headSize * blockTokens);
        _values = new AlignedBuffer<float>(heads * ValueStride * blockTokens);
    }

    /// <summary>Positions per block, a multiple of 8.</summary>
    public int BlockTokens { get; }

    /// <summary>Blocks in all.</summary>
    public int BlockCount { get; }

    /// <summary>Elements from one position's value to the next: the head size, filled with zeros to a multiple of 8.</summary>
    public int ValueStride { get; }

    /// <summary>A head's width, filled to whole vectors.</summary>
    public static int PadHead(int headSize) => (headSize + 7) / 8 * 8;

    /// <summary>Bytes of one block, all layers.</summary>
    public static long BlockBytes(LlamaConfig config, int blockTokens) =>
        (long)config.LayerCount * config.KvHeadCount * blockTokens
            * (config.HeadSize + PadHead(config.HeadSize)) * sizeof(float);

    /// <summary>Keys of one head in one block. // [headSize, blockTokens]</summary>
    public float* Keys(int layer, int block, int kvHead) =>
        _keys.Pointer + Index(layer, block, kvHead) * _headSize * BlockTokens;

    /// <summary>Values of one head in one block. // [blockTokens, ValueStride]</summary>
    public float* Values(int layer, int block, int kvHead) =>
        _values.Pointer + Index(layer, block, kvHead) * ValueStride * BlockTokens;

    private long Index(int layer, int block, int kvHead) => ((long)layer * BlockCount + block) * _kvHeads + kvHead;

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _values.Dispose();
    }
}
