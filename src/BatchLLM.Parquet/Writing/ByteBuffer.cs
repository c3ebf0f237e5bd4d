using System.Buffers.Binary;

namespace BatchLLM.Parquet.Writing;

/// <summary>Bytes that grow at the end and are kept in one piece.</summary>
internal sealed class ByteBuffer
{
    private byte[] _bytes = [];

    /// <summary>Bytes held.</summary>
    public int Length { get; private set; }

    /// <summary>What is held.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>What is held.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Appends one byte.</summary>
    public void Append(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>Appends a length of 4 bytes, little-endian.</summary>
    public void AppendLength(int length)
    {
        Reserve(sizeof(int));
        Length += sizeof(int);
        SetLength(Length - sizeof(int), length);
    }

    /// <summary>Appends a number without sign, seven bits a byte, the lowest first (ULEB128).</summary>
    public void AppendVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Append((byte)(value | 0x80));
        }

        Append((byte)value);
    }

    /// <summary>Appends a number whose sign moves to its lowest bit, as <see cref="AppendVarint"/>.</summary>
    public void AppendZigZag(long value) => AppendVarint((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Overwrites a length of 4 bytes that was appended before its value was known.</summary>
    public void SetLength(int position, int length) =>
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(position, sizeof(int)), length);

    /// <summary>Room for at least so many bytes behind the end; they count once they are committed.</summary>
    public Span<byte> Reserve(int count)
    {
        if (count > _bytes.Length - Length)
        {
            var doubled = Math.Min((long)_bytes.Length * 2, Array.MaxLength);
            Array.Resize(ref _bytes, (int)Math.Max(checked(Length + count), Math.Max(doubled, 256)));
        }

        return _bytes.AsSpan(Length);
    }

    /// <summary>Counts bytes that were written into reserved room.</summary>
    public void Commit(int count) => Length += count;

    /// <summary>Forgets what is held and keeps the room.</summary>
    public void Clear() => Length = 0;
}
