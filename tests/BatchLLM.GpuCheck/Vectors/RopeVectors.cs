using BatchLLM.Checkpoints;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Queries turned, keys and values in their blocks.</summary>
internal static class RopeVectors
{
    /// <summary>A step of five rows. Every number is the same bits: nothing is approximate, and no sum has more than two terms.</summary>
    /// <param name="product">What is read: BF16 or int32.</param>
    /// <param name="kv">What the cache holds.</param>
    /// <param name="heads">Heads of queries.</param>
    /// <param name="kvHeads">Heads of keys and of values.</param>
    /// <param name="headDim">Elements of a head.</param>
    /// <param name="scaled">Whether the product has scales of rows and columns.</param>
    public static KernelVector Of(ElementType product, KvPrecision kv, int heads, int kvHeads, int headDim, bool scaled) => new(
        $"rope, {product} to {kv}, {heads} over {kvHeads} heads of {headDim}", device =>
        {
            using var rows = new RopeRows(device, product, heads, kvHeads, headDim, scaled);
            return Run(device, rows, product, kv);
        });

    private static VectorResult Run(IDevice device, RopeRows rows, ElementType product, KvPrecision kv)
    {
        var expected = new RopeResults(rows, kv);
        using var queries = Untouched(device, expected.Queries.Length * sizeof(ushort));
        using var keys = Untouched(device, expected.Keys.Length);
        using var values = Untouched(device, expected.Values.Length);
        new RopeStore(device, product, kv).Launch(RopeRows.Positions.Count, rows.Arguments(queries, keys, values));
        var read = device.Read<byte>(values);
        return VectorResult.Of(
            read,
            VectorResult.FaultOf(expected.Queries, device.Read<ushort>(queries)) is { } query ? $"queries: {query}"
            : VectorResult.FaultOf(expected.Keys, device.Read<byte>(keys)) is { } key ? $"keys: {key}"
            : VectorResult.FaultOf(expected.Values, read) is { } value ? $"values: {value}"
            : null);
    }

    private static DeviceMemory Untouched(IDevice device, int bytes)
    {
        var memory = device.Allocate(bytes);
        device.Fill(memory.Address, RopeResults.Untouched, bytes);
        return memory;
    }
}
