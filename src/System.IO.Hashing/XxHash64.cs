using System.Buffers.Binary;

namespace System.IO.Hashing;

/// <summary>XXH64 with a seed. The hash is written big-endian, the canonical form.</summary>
/// <remarks>Yann Collet, "xxHash fast digest algorithm", format description 0.1.1, section "XXH64".</remarks>
public sealed class XxHash64 : NonCryptographicHashAlgorithm
{
    private readonly byte[] _pending = new byte[XxHash64State.StripeBytes];
    private readonly long _seed;
    private XxHash64State _state;
    private int _pendingBytes;
    private ulong _length;

    /// <summary>Creates the hash of nothing, with seed 0.</summary>
    public XxHash64()
        : this(0)
    {
    }

    /// <summary>Creates the hash of nothing.</summary>
    /// <param name="seed">Changes every hash; 0 is the usual one.</param>
    public XxHash64(long seed)
        : base(sizeof(ulong))
    {
        _seed = seed;
        _state = new XxHash64State((ulong)seed);
    }

    /// <summary>A copy that goes on from here by itself.</summary>
    public XxHash64 Clone()
    {
        var clone = new XxHash64(_seed) { _state = _state, _pendingBytes = _pendingBytes, _length = _length };
        _pending.CopyTo(clone._pending, 0);
        return clone;
    }

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> source)
    {
        _length += (ulong)source.Length;
        if (_pendingBytes > 0)
        {
            source = source[Complete(source)..];
        }

        while (source.Length >= XxHash64State.StripeBytes)
        {
            _state.AddStripe(source);
            source = source[XxHash64State.StripeBytes..];
        }

        source.CopyTo(_pending.AsSpan(_pendingBytes));
        _pendingBytes += source.Length;
    }

    /// <inheritdoc/>
    public override void Reset() =>
        (_state, _pendingBytes, _length) = (new XxHash64State((ulong)_seed), 0, 0);

    /// <summary>The hash of what was added so far.</summary>
    public ulong GetCurrentHashAsUInt64() => _state.Finish(_length, _pending.AsSpan(0, _pendingBytes));

    /// <summary>The hash of some bytes, with seed 0.</summary>
    /// <exception cref="ArgumentNullException">There is no array.</exception>
    public static byte[] Hash(byte[] source) => Hash(source, 0);

    /// <summary>The hash of some bytes.</summary>
    /// <exception cref="ArgumentNullException">There is no array.</exception>
    public static byte[] Hash(byte[] source, long seed)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Hash(source.AsSpan(), seed);
    }

    /// <summary>The hash of some bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> source, long seed = 0)
    {
        var hash = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(hash, HashToUInt64(source, seed));
        return hash;
    }

    /// <summary>Writes the hash of some bytes.</summary>
    /// <returns>False if there is not room enough.</returns>
    public static bool TryHash(ReadOnlySpan<byte> source, Span<byte> destination, out int bytesWritten, long seed = 0)
    {
        var fits = BinaryPrimitives.TryWriteUInt64BigEndian(destination, HashToUInt64(source, seed));
        bytesWritten = fits ? sizeof(ulong) : 0;
        return fits;
    }

    /// <summary>Writes the hash of some bytes.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">There is not room enough.</exception>
    public static int Hash(ReadOnlySpan<byte> source, Span<byte> destination, long seed = 0) =>
        TryHash(source, destination, out var written, seed) ? written : throw TooShort(sizeof(ulong));

    /// <summary>The hash of some bytes.</summary>
    public static ulong HashToUInt64(ReadOnlySpan<byte> source, long seed = 0)
    {
        var state = new XxHash64State((ulong)seed);
        var rest = source;
        while (rest.Length >= XxHash64State.StripeBytes)
        {
            state.AddStripe(rest);
            rest = rest[XxHash64State.StripeBytes..];
        }

        return state.Finish((ulong)source.Length, rest);
    }

    /// <inheritdoc/>
    protected override void GetCurrentHashCore(Span<byte> destination) =>
        BinaryPrimitives.WriteUInt64BigEndian(destination, GetCurrentHashAsUInt64());

    /// <summary>Fills the begun stripe, and adds it once it is whole; gives the number of bytes taken.</summary>
    private int Complete(ReadOnlySpan<byte> source)
    {
        var taken = Math.Min(source.Length, _pending.Length - _pendingBytes);
        source[..taken].CopyTo(_pending.AsSpan(_pendingBytes));
        _pendingBytes += taken;
        if (_pendingBytes == _pending.Length)
        {
            _state.AddStripe(_pending);
            _pendingBytes = 0;
        }

        return taken;
    }
}
