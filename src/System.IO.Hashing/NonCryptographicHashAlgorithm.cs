using System.ComponentModel;

namespace System.IO.Hashing;

/// <summary>A hash that detects accidental changes, not malicious ones. The members are those of the package.</summary>
public abstract class NonCryptographicHashAlgorithm
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Sets the size of the hash.</summary>
    /// <param name="hashLengthInBytes">Bytes of a hash, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is below 1.</exception>
    protected NonCryptographicHashAlgorithm(int hashLengthInBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hashLengthInBytes, 1);
        HashLengthInBytes = hashLengthInBytes;
    }

    /// <summary>Bytes of a hash.</summary>
    public int HashLengthInBytes { get; }

    /// <summary>Adds bytes to what is hashed.</summary>
    public abstract void Append(ReadOnlySpan<byte> source);

    /// <summary>Forgets what was added.</summary>
    public abstract void Reset();

    /// <summary>Adds bytes to what is hashed.</summary>
    /// <exception cref="ArgumentNullException">There is no array.</exception>
    public void Append(byte[] source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Append(source.AsSpan());
    }

    /// <summary>Adds a stream, from its position to its end.</summary>
    /// <exception cref="ArgumentNullException">There is no stream.</exception>
    public void Append(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = new byte[BufferBytes];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            Append(buffer.AsSpan(0, count));
        }
    }

    /// <summary>Adds a stream, from its position to its end.</summary>
    /// <exception cref="ArgumentNullException">There is no stream.</exception>
    public Task AppendAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return AppendAllAsync(stream, cancellationToken);
    }

    /// <summary>The hash of what was added so far; more can be added after it.</summary>
    public byte[] GetCurrentHash()
    {
        var hash = new byte[HashLengthInBytes];
        GetCurrentHashCore(hash);
        return hash;
    }

    /// <summary>Writes the hash of what was added so far.</summary>
    /// <returns>False if there is not room enough.</returns>
    public bool TryGetCurrentHash(Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = destination.Length < HashLengthInBytes ? 0 : HashLengthInBytes;
        if (bytesWritten > 0)
        {
            GetCurrentHashCore(destination[..HashLengthInBytes]);
        }

        return bytesWritten > 0;
    }

    /// <summary>Writes the hash of what was added so far.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">There is not room enough.</exception>
    public int GetCurrentHash(Span<byte> destination) =>
        TryGetCurrentHash(destination, out var written) ? written : throw TooShort(HashLengthInBytes);

    /// <summary>The hash of what was added, which is then forgotten.</summary>
    public byte[] GetHashAndReset()
    {
        var hash = new byte[HashLengthInBytes];
        GetHashAndResetCore(hash);
        return hash;
    }

    /// <summary>Writes the hash of what was added, which is then forgotten.</summary>
    /// <returns>False if there is not room enough; nothing is forgotten then.</returns>
    public bool TryGetHashAndReset(Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = destination.Length < HashLengthInBytes ? 0 : HashLengthInBytes;
        if (bytesWritten > 0)
        {
            GetHashAndResetCore(destination[..HashLengthInBytes]);
        }

        return bytesWritten > 0;
    }

    /// <summary>Writes the hash of what was added, which is then forgotten.</summary>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">There is not room enough; nothing is forgotten.</exception>
    public int GetHashAndReset(Span<byte> destination) =>
        TryGetHashAndReset(destination, out var written) ? written : throw TooShort(HashLengthInBytes);

    /// <summary>Not the hash of what was added: an object's hash code has 32 bits and no meaning here.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("Use GetCurrentHash() to retrieve the computed hash code.", error: true)]
#pragma warning disable CS0809, CA1065 // the package does the same, so that nobody takes one for the other
    public override int GetHashCode() => throw new NotSupportedException("Use GetCurrentHash for the hash.");
#pragma warning restore CS0809, CA1065

    /// <summary>Writes the hash of what was added so far into exactly <see cref="HashLengthInBytes"/> bytes.</summary>
    protected abstract void GetCurrentHashCore(Span<byte> destination);

    /// <summary>Writes the hash of what was added into exactly that many bytes, and forgets it.</summary>
    protected virtual void GetHashAndResetCore(Span<byte> destination)
    {
        GetCurrentHashCore(destination);
        Reset();
    }

    internal static ArgumentException TooShort(int expected) =>
        new($"The destination is too short; expected {expected} bytes or more.");

    private async Task AppendAllAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            Append(buffer.AsSpan(0, count));
        }
    }
}
