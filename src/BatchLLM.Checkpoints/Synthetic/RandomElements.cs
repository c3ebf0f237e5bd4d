using System.Runtime.InteropServices;

namespace BatchLLM.Checkpoints.Synthetic;

/// <summary>
/// Endless elements drawn from a table, each a function of key and position alone: made where they are read, in any order and
/// from several threads, so that a model of any size needs no copy of its own.
/// </summary>
/// <param name="key">Tells one tensor from another.</param>
/// <param name="table">What is drawn from. // [65536]</param>
internal sealed class RandomElements<T>(ulong key, T[] table) : ITensorBytes
    where T : unmanaged
{
    private const int DrawsPerHash = 4;

    /// <inheritdoc/>
    public string FileName => "(random weights)";

    /// <inheritdoc/>
    public RandomDraws? Draws => new(key, MemoryMarshal.AsBytes(table.AsSpan()).ToArray(), Marshal.SizeOf<T>());

    /// <summary>Draws consecutive elements.</summary>
    /// <param name="start">The first one's position.</param>
    /// <param name="destination">Receives them.</param>
    public void Fill(long start, Span<T> destination)
    {
        var values = table.AsSpan(0, NormalTable.Length);
        var lane = (int)(start % DrawsPerHash);
        for (var i = 0; i < destination.Length; lane = 0)
        {
            var draws = RandomKey.Hash(key, (ulong)(start + i) / DrawsPerHash) >> (16 * lane);
            for (; lane < DrawsPerHash && i < destination.Length; lane++, draws >>= 16)
            {
                destination[i++] = values[(ushort)draws];
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The bytes asked for are no whole elements.</exception>
    public void Read<TOut>(long offset, Span<TOut> destination)
        where TOut : struct
    {
        var bytes = MemoryMarshal.AsBytes(destination);
        var size = Marshal.SizeOf<T>();
        if (offset % size != 0 || bytes.Length % size != 0)
        {
            throw new ArgumentException($"Bytes {offset} to {offset + bytes.Length} are no whole elements of {size} bytes.", nameof(offset));
        }

        Fill(offset / size, MemoryMarshal.Cast<byte, T>(bytes));
    }
}
