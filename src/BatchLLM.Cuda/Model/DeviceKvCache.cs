using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Model;

/// <summary>Keys and values of all layers on a device, apart. // [blocks, kv heads, block tokens, head size] each</summary>
internal sealed class DeviceKvCache : IDisposable
{
    private readonly DeviceMemory[] _keys; // [layers]
    private readonly DeviceMemory[] _values; // [layers]

    /// <summary>Allocates it.</summary>
    /// <param name="device">Where.</param>
    /// <param name="config">The model's numbers.</param>
    /// <param name="kv">What it holds.</param>
    /// <param name="blockTokens">Positions of a block.</param>
    /// <param name="blocks">Blocks.</param>
    public DeviceKvCache(IDevice device, LlamaConfig config, KvPrecision kv, int blockTokens, int blocks)
    {
        var bytes = BlockBytes(config, kv, blockTokens) / (2 * config.LayerCount) * blocks;
        _keys = [.. Enumerable.Range(0, config.LayerCount).Select(_ => device.Allocate(bytes))];
        _values = [.. Enumerable.Range(0, config.LayerCount).Select(_ => device.Allocate(bytes))];
    }

    /// <summary>Bytes of a block, keys and values of all layers.</summary>
    public static long BlockBytes(LlamaConfig config, KvPrecision kv, int blockTokens) =>
        config.KvElementsPerToken * blockTokens * (kv == KvPrecision.Fp8 ? sizeof(byte) : sizeof(ushort));

    /// <summary>Address of a layer's keys.</summary>
    public ulong Keys(int layer) => _keys[layer].Address;

    /// <summary>Address of a layer's values.</summary>
    public ulong Values(int layer) => _values[layer].Address;

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_keys, memory => memory.Dispose());
        Array.ForEach(_values, memory => memory.Dispose());
    }
}
