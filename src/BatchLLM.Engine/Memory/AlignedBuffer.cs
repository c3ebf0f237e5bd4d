using System.Runtime.InteropServices;

namespace BatchLLM.Engine.Memory;

/// <summary>Zeroed native memory on a 64-byte boundary, in huge pages where it is large. Arrays end at 2^31 elements, which a large embedding exceeds.</summary>
internal sealed unsafe class AlignedBuffer<T> : IDisposable
    where T : unmanaged
{
    private const nuint LineBytes = 64;

    private void* _block;

    /// <summary>Allocates.</summary>
    /// <param name="length">Elements.</param>
    public AlignedBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        var bytes = checked((nuint)length * (nuint)sizeof(T));
        var alignment = HugePages.Suit(bytes) ? HugePages.Size : LineBytes;
        // Zeroed and then aligned by hand: fresh pages come zeroed, and stay untouched until they are used.
        _block = NativeMemory.AllocZeroed(checked(bytes + alignment));
        Pointer = (T*)(((nuint)_block + alignment - 1) & ~(alignment - 1));
        if (alignment == HugePages.Size)
        {
            HugePages.Ask(Pointer, bytes);
        }
    }

    /// <summary>The first element.</summary>
    public T* Pointer { get; private set; }

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
        Pointer = null;
    }
}
