namespace BatchLLM.Checkpoints.Onnx;

/// <summary>4-bit elements, two in a byte, the first in the low nibble, as unsigned numbers 0 to 15.</summary>
/// <param name="tensor">The packed bytes.</param>
/// <param name="isSigned">True for two's complement, which is moved up by 8.</param>
internal sealed class NibbleElements(Tensor tensor, bool isSigned) : IElements<byte>
{
    // The buffer is cleared at every call, and a run across a stored column is 32 to 64 bytes.
    private const int ChunkBytes = 256;

    // Flipping the sign bit adds 8: -8..7 in two's complement become 0..15.
    private readonly int _flip = isSigned ? 8 : 0;

    /// <inheritdoc/>
    public void Read(long start, Span<byte> destination)
    {
        Span<byte> packed = stackalloc byte[ChunkBytes];
        while (destination.Length > 0)
        {
            var skipped = (int)(start & 1);
            var count = Math.Min(destination.Length, 2 * ChunkBytes - skipped);
            var bytes = packed[..((skipped + count + 1) / 2)];
            tensor.ReadBytes(start / 2, bytes);
            Unpack(bytes, skipped, destination[..count]);
            destination = destination[count..];
            start += count;
        }
    }

    private void Unpack(ReadOnlySpan<byte> packed, int skipped, Span<byte> destination)
    {
        if (skipped == 1)
        {
            destination[0] = (byte)(packed[0] >> 4 ^ _flip);
            packed = packed[1..];
            destination = destination[1..];
        }

        var pairs = packed[..(destination.Length / 2)];
        for (var i = 0; i < pairs.Length; i++)
        {
            destination[2 * i] = (byte)(pairs[i] & 15 ^ _flip);
            destination[2 * i + 1] = (byte)(pairs[i] >> 4 ^ _flip);
        }

        if (destination.Length % 2 != 0)
        {
            destination[^1] = (byte)(packed[^1] & 15 ^ _flip);
        }
    }
}
