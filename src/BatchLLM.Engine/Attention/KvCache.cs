using System.Runtime.Intrinsics;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Formats;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// Keys and values of all sequences in fixed blocks of positions. Keys stand transposed, [headSize, blockTokens], so that
/// one load brings the same element of 8 positions; values stand [blockTokens, ValueStride].
/// </summary>
/// <remarks>
/// Float32, or E4M3 codes where the checkpoint declares an FP8 cache. BF16 would round what the reference computes without
/// being any checkpoint's own precision, and host memory is not what limits a batch on a CPU.
/// </remarks>
internal sealed unsafe class KvCache : IDisposable
{
    private readonly AlignedBuffer<float>? _floats; // [layers, blocks, kvHeads, keys | values]
    private readonly AlignedBuffer<byte>? _codes; // [layers, blocks, kvHeads, keys | values]
    private readonly KvScales[] _scales; // [layers]
    private readonly int _kvHeads;
    private readonly int _headSize;
    private readonly long _keyLength;
    private readonly long _headLength;

    /// <summary>Allocates blocks; memory is touched when a block is first written.</summary>
    /// <param name="config">The model's numbers.</param>
    /// <param name="blockTokens">Positions per block, a multiple of 8.</param>
    /// <param name="blockCount">Blocks.</param>
    /// <param name="precision">What is stored.</param>
    /// <param name="scales">Scales of the codes. // [layers]</param>
    public KvCache(LlamaConfig config, int blockTokens, int blockCount, KvPrecision precision, KvScales[] scales)
    {
        _kvHeads = config.KvHeadCount;
        _headSize = config.HeadSize;
        _scales = scales;
        BlockTokens = blockTokens;
        BlockCount = blockCount;
        ValueStride = PadHead(config.HeadSize);
        _keyLength = (long)_headSize * blockTokens;
        _headLength = _keyLength + (long)ValueStride * blockTokens;
        var length = (long)config.LayerCount * blockCount * _kvHeads * _headLength;
        _floats = precision == KvPrecision.Full ? new AlignedBuffer<float>(length) : null;
        _codes = precision == KvPrecision.Fp8 ? new AlignedBuffer<byte>(length) : null;
    }

    /// <summary>Positions per block, a multiple of 8.</summary>
    public int BlockTokens { get; }

    /// <summary>Blocks in all.</summary>
    public int BlockCount { get; }

    /// <summary>Elements from one position's value to the next: the head size, filled with zeros to a multiple of 8.</summary>
    public int ValueStride { get; }

    /// <summary>Room that <see cref="Keys"/> and <see cref="Values"/> need for decoding, in elements.</summary>
    public int ScratchLength => ValueStride * BlockTokens;

    /// <summary>A head's width, filled to whole vectors.</summary>
    public static int PadHead(int headSize) => (headSize + 7) / 8 * 8;

    /// <summary>Bytes of one block, all layers.</summary>
    public static long BlockBytes(LlamaConfig config, int blockTokens, KvPrecision precision) =>
        (long)config.LayerCount * config.KvHeadCount * blockTokens * (config.HeadSize + PadHead(config.HeadSize))
            * (precision == KvPrecision.Fp8 ? sizeof(byte) : sizeof(float));

    /// <summary>Stores one position's key and value of a head.</summary>
    /// <param name="layer">Which layer.</param>
    /// <param name="block">Which block.</param>
    /// <param name="kvHead">Which head.</param>
    /// <param name="slot">Position in the block.</param>
    /// <param name="key">Turned to its position. // [headSize]</param>
    /// <param name="value">// [headSize]</param>
    public void Store(int layer, int block, int kvHead, int slot, float* key, float* value)
    {
        var start = Start(layer, block, kvHead);
        var (keys, values) = (start + slot, start + _keyLength + (long)slot * ValueStride);
        if (_floats is not null)
        {
            for (var i = 0; i < _headSize; i++)
            {
                _floats.Pointer[keys + (long)i * BlockTokens] = key[i];
                _floats.Pointer[values + i] = value[i];
            }

            return;
        }

        for (var i = 0; i < _headSize; i++)
        {
            _codes!.Pointer[keys + (long)i * BlockTokens] = E4M3.Encode(key[i] / _scales[layer].Key);
            _codes.Pointer[values + i] = E4M3.Encode(value[i] / _scales[layer].Value);
        }
    }

    /// <summary>Keys of one head in one block. // [headSize, blockTokens]</summary>
    /// <param name="layer">Which layer.</param>
    /// <param name="block">Which block.</param>
    /// <param name="kvHead">Which head.</param>
    /// <param name="scratch">Where codes are decoded to. // [ScratchLength]</param>
    public float* Keys(int layer, int block, int kvHead, float* scratch) => _floats is null
        ? Decode(Start(layer, block, kvHead), _keyLength, _scales[layer].Key, scratch)
        : _floats.Pointer + Start(layer, block, kvHead);

    /// <summary>Values of one head in one block. // [blockTokens, ValueStride]</summary>
    /// <param name="layer">Which layer.</param>
    /// <param name="block">Which block.</param>
    /// <param name="kvHead">Which head.</param>
    /// <param name="scratch">Where codes are decoded to. // [ScratchLength]</param>
    public float* Values(int layer, int block, int kvHead, float* scratch) => _floats is null
        ? Decode(Start(layer, block, kvHead) + _keyLength, _headLength - _keyLength, _scales[layer].Value, scratch)
        : _floats.Pointer + Start(layer, block, kvHead) + _keyLength;

    // Codes of a row that was not finite come out as 480: its own logits are not finite anyway, and no other row reads them.
    private float* Decode(long start, long length, float scale, float* scratch)
    {
        for (var i = 0L; i < length; i += 8)
        {
            (SmallFloats.DecodeE4M3(_codes!.Pointer + start + i) * Vector256.Create(scale)).Store(scratch + i);
        }

        return scratch;
    }

    private long Start(int layer, int block, int kvHead) =>
        (((long)layer * BlockCount + block) * _kvHeads + kvHead) * _headLength;

    /// <inheritdoc/>
    public void Dispose()
    {
        _floats?.Dispose();
        _codes?.Dispose();
    }
}
