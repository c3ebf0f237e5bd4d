using System.Buffers.Binary;

namespace System.IO.Hashing;

/// <summary>
/// CRC-64/ECMA-182: polynomial 0x42F0E1EBA9EA3693, most significant bit first, from 0, not inverted. The hash is written
/// big-endian.
/// </summary>
/// <remarks>ECMA-182, appendix B; catalogued as CRC-64/ECMA-182 with check value 0x6C40DF5F0B497347.</remarks>
public sealed class Crc64 : NonCryptographicHashAlgorithm
{
    private const ulong Polynomial = 0x42F0E1EBA9EA3693;

    private static readonly ulong[] Table = [.. Enumerable.Range(0, 256).Select(Remainder)];

    private ulong _crc;

    /// <summary>Creates the hash of nothing.</summary>
    public Crc64()
        : base(sizeof(ulong))
    {
    }

    private Crc64(ulong crc)
        : base(sizeof(ulong)) => _crc = crc;

    /// <summary>A copy that goes on from here by itself.</summary>
    public Crc64 Clone() => new(_crc);

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> source) => _crc = Update(_crc, source);

    /// <inheritdoc/>
    public override void Reset() => _crc = 0;

    /// <summary>The hash of what was added so far.</summary>
    public ulong GetCurrentHashAsUInt64() => _crc;

    /// <summary>The hash of some bytes.</summary>
    /// <exception cref="ArgumentNullException">There is no array.</exception>
    public static byte[] Hash(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Hash(source.AsSpan());
    }

    /// <summary>The hash of some bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> source)
    {
        var hash = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(hash, HashToUInt64(source));
        return hash;
    }

    /// <summary>Writes the hash of some bytes.</summary>
    /// <returns>False if there is not room enough.</returns>
    public static bool TryHash(ReadOnlySpan<byte> source, Span<byte> destination, out int bytesWritten)
    {
        var fits = BinaryPrimitives.TryWriteUInt64BigEndian(destination, HashToUInt64(source));
        bytesWritten = fits ? sizeof(ulong) : 0;
        return fits;
    }

    /// <summary>Writes the hash of some bytes.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">There is not room enough.</exception>
    public static int Hash(ReadOnlySpan<byte> source, Span<byte> destination) =>
        TryHash(source, destination, out var written) ? written : throw TooShort(sizeof(ulong));

    /// <summary>The hash of some bytes.</summary>
    public static ulong HashToUInt64(ReadOnlySpan<byte> source) => Update(0, source);

    /// <inheritdoc/>
    protected override void GetCurrentHashCore(Span<byte> destination) =>
        BinaryPrimitives.WriteUInt64BigEndian(destination, _crc);

    private static ulong Update(ulong crc, ReadOnlySpan<byte> source)
    {
        foreach (var value in source)
        {
            crc = Table[(byte)(crc >> 56) ^ value] ^ (crc << 8);
        }

        return crc;
    }

    private static ulong Remainder(int leadingByte)
    {
        var crc = (ulong)leadingByte << 56;
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc & (1UL << 63)) != 0 ? (crc << 1) ^ Polynomial : crc << 1;
        }

        return crc;
    }
}
