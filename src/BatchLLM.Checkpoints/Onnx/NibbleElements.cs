namespace BatchLLM.Checkpoints.Onnx;

/// <summary>4-bit elements, two in a byte, the first in the low nibble, as unsigned numbers 0 to 15.</summary>
/// <param name="tensor">The packed bytes.</param>
/// <param name="isSigned">True for two's complement, which is moved up by 8.</param>
internal sealed class NibbleElements(Tensor tensor, bool isSigned) : IElements<byte>
{
    private const int ChunkBytes = 2048;

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
        for (var i = 0; i < destination.Length; i++)
        {
            var element = i + skipped;
            destination[i] = (byte)((packed[element >> 1] >> ((element & 1) * 4) & 15) ^ _flip);
        }
    }
}
