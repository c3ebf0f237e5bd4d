using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using BatchLLM.Checkpoints;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// Keys and values of all sequences in fixed blocks of positions. Keys stand in panels of 8 or 16 positions, [headSize, panel],
/// so that one load brings the same element of all of them; values stand [blockTokens, ValueStride].
/// </summary>
/// <remarks>
/// Keys of a whole block side by side, [headSize, blockTokens], were rejected: storing one position then touches a cache line
/// per element, and those of a decode token come from memory one by one.
/// </remarks>
internal sealed unsafe class KvCache : IDisposable
{
    /// <summary>Positions of a panel for vectors of 8 lanes.</summary>
    public const int NarrowPanel = 8;

    /// <summary>Positions of a panel for vectors of 16 lanes.</summary>
    public const int WidePanel = 16;

    private const int LineBytes = 64;

    private readonly AlignedBuffer<byte> _memory; // [layers, blocks, kvHeads, keys | values] of elements
    private readonly KvScales[] _scales; // [layers]
    private readonly int _elementBytes;
    private readonly int _panel;
    private readonly int _kvHeads;
    private readonly int _headSize;
    private readonly long _keyLength;
    private readonly long _headLength;

    /// <summary>Allocates blocks; memory is touched when a block is first written.</summary>
    /// <param name="config">The model's numbers.</param>
    /// <param name="blockTokens">Positions per block, a multiple of 8.</param>
    /// <param name="blockCount">Blocks.</param>
    /// <param name="precision">What is stored.</param>
    /// <param name="scales">Scales of FP8's codes. // [layers]</param>
    /// <param name="panel">Positions of a panel, narrow or wide; blocks that wide ones do not divide have narrow ones.</param>
    public KvCache(LlamaConfig config, int blockTokens, int blockCount, KvPrecision precision, KvScales[] scales, int panel)
    {
        _panel = blockTokens % panel == 0 ? panel : NarrowPanel;
        _kvHeads = config.KvHeadCount;
        _headSize = config.HeadSize;
        _scales = scales;
        Precision = precision;
        _elementBytes = KvElements.Bytes(precision);
        BlockTokens = blockTokens;
        BlockCount = blockCount;
        ValueStride = PadHead(config.HeadSize);
        _keyLength = (long)_headSize * blockTokens;
        _headLength = _keyLength + (long)ValueStride * blockTokens;
        _memory = new AlignedBuffer<byte>((long)config.LayerCount * blockCount * _kvHeads * _headLength * _elementBytes);
    }

    /// <summary>What an element is stored as.</summary>
    public KvPrecision Precision { get; }

    /// <summary>Positions per block, a multiple of 8.</summary>
    public int BlockTokens { get; }

    /// <summary>Blocks in all.</summary>
    public int BlockCount { get; }

    /// <summary>Elements from one position's value to the next: the head size, filled with zeros to a multiple of 8.</summary>
    public int ValueStride { get; }

    /// <summary>A head's width, filled to whole vectors.</summary>
    public static int PadHead(int headSize) => (headSize + 7) / 8 * 8;

    /// <summary>Bytes of one block, all layers.</summary>
    public static long BlockBytes(LlamaConfig config, int blockTokens, KvPrecision precision) =>
        (long)config.LayerCount * config.KvHeadCount * blockTokens * (config.HeadSize + PadHead(config.HeadSize))
            * KvElements.Bytes(precision);

    /// <summary>Stores one position's key and value of a head.</summary>
    /// <param name="place">Which layer and head.</param>
    /// <param name="block">Which block.</param>
    /// <param name="slot">Position in the block.</param>
    /// <param name="key">Turned to its position. // [headSize]</param>
    /// <param name="value">// [headSize]</param>
    [SkipLocalsInit]
    public void Store(KvPlace place, int block, int slot, float* key, float* value)
    {
        var (start, scales) = (Start(place, block), _scales[place.Layer]);
        KvElements.Encode(Precision, value, Element(start + _keyLength + (long)slot * ValueStride), _headSize, scales.Value);
        var encoded = stackalloc byte[_headSize * _elementBytes];
        KvElements.Encode(Precision, key, encoded, _headSize, scales.Key);
        var column = Element(start + (long)(slot / _panel) * _panel * _headSize + slot % _panel);
        switch (_elementBytes)
        {
            case sizeof(byte):
                Spread(encoded, column);
                break;
            case sizeof(ushort):
                Spread((ushort*)encoded, (ushort*)column);
                break;
            default:
                Spread((uint*)encoded, (uint*)column);
                break;
        }
    }

    private void Spread<T>(T* source, T* destination)
        where T : unmanaged
    {
        for (nint i = 0; i < _headSize; i++)
        {
            destination[i * _panel] = source[i];
        }
    }

    /// <summary>Keys of one head: k is the element of the head, columns are positions.</summary>
    /// <typeparam name="T">What the cache holds.</typeparam>
    /// <param name="place">Which layer and head.</param>
    /// <param name="block">Which block.</param>
    /// <param name="slot">First position in the block, at the beginning of a panel.</param>
    public KvColumns<T> Keys<T>(KvPlace place, int block, int slot)
        where T : unmanaged, IKvElement<T> =>
        KeyColumns((T*)Element(Start(place, block) + (long)slot * _headSize));

    /// <summary>Values of one head: k is the position, columns are the elements of the head.</summary>
    /// <typeparam name="T">What the cache holds.</typeparam>
    /// <param name="place">Which layer and head.</param>
    /// <param name="block">Which block.</param>
    /// <param name="slot">First position in the block.</param>
    public KvColumns<T> Values<T>(KvPlace place, int block, int slot)
        where T : unmanaged, IKvElement<T> =>
        ValueColumns((T*)Element(Start(place, block) + _keyLength + (long)slot * ValueStride));

    /// <summary>The keys as float32, decoded.</summary>
    /// <param name="place">Which layer and head.</param>
    /// <param name="block">Which block.</param>
    /// <param name="slot">First position in the block, at the beginning of a panel.</param>
    /// <param name="count">Positions wanted.</param>
    /// <param name="scratch">Where they are decoded to. // [count rounded up to panels, ValueStride]</param>
    public KvColumns<Float32Element> DecodeKeys(KvPlace place, int block, int slot, int count, float* scratch)
    {
        var length = (count + _panel - 1) / _panel * _panel * _headSize;
        var codes = Element(Start(place, block) + (long)slot * _headSize);
        KvElements.Decode(Precision, codes, scratch, length, _scales[place.Layer].Key);
        return KeyColumns((Float32Element*)scratch);
    }

    /// <summary>The values as float32, decoded.</summary>
    /// <param name="place">Which layer and head.</param>
    /// <param name="block">Which block.</param>
    /// <param name="slot">First position in the block.</param>
    /// <param name="count">Positions wanted.</param>
    /// <param name="scratch">Where they are decoded to. // [count, ValueStride]</param>
    public KvColumns<Float32Element> DecodeValues(KvPlace place, int block, int slot, int count, float* scratch)
    {
        var codes = Element(Start(place, block) + _keyLength + (long)slot * ValueStride);
        KvElements.Decode(Precision, codes, scratch, count * ValueStride, _scales[place.Layer].Value);
        return ValueColumns((Float32Element*)scratch);
    }

    /// <summary>
    /// Asks memory for a block's keys before they are needed: blocks lie pages apart, and the processor's own prefetching stops
    /// at a page. It takes a seventh off decode steps whose cache lies in memory. Does nothing where there is no such instruction.
    /// </summary>
    /// <param name="place">Which layer and head.</param>
    /// <param name="block">Which block.</param>
    public void PrefetchKeys(KvPlace place, int block) => Prefetch(Start(place, block), _keyLength);

    /// <summary>Asks memory for a block's values before they are needed.</summary>
    /// <param name="place">Which layer and head.</param>
    /// <param name="block">Which block.</param>
    public void PrefetchValues(KvPlace place, int block) => Prefetch(Start(place, block) + _keyLength, _headLength - _keyLength);

    private void Prefetch(long first, long count)
    {
        for (var i = 0L; Sse.IsSupported && i < count * _elementBytes; i += LineBytes)
        {
            Sse.Prefetch0(Element(first) + i);
        }
    }

    private KvColumns<T> KeyColumns<T>(T* data)
        where T : unmanaged, IKvElement<T> =>
        new(data, _panel, WidePanel * _headSize, _panel == WidePanel ? 8 : NarrowPanel * _headSize, _panel == WidePanel);

    private KvColumns<T> ValueColumns<T>(T* data)
        where T : unmanaged, IKvElement<T> => new(data, ValueStride, 16, 8, _panel == WidePanel);

    private byte* Element(long index) => _memory.Pointer + index * _elementBytes;

    private long Start(KvPlace place, int block) =>
        (((long)place.Layer * BlockCount + block) * _kvHeads + place.Head) * _headLength;

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
