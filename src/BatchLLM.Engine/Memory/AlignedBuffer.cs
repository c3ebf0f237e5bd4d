using System.Runtime.InteropServices;

namespace BatchLLM.Engine.Memory;

/// <summary>Zeroed native memory on a 64-byte boundary. Arrays end at 2^31 elements, which a large embedding exceeds.</summary>
internal sealed unsafe class AlignedBuffer<T> : IDisposable
    where T : unmanaged
{
    private const nuint Alignment = 64;

    private void* _block;

    /// <summary>Allocates.</summary>
    /// <param name="length">Elements.</param>
    public AlignedBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        // Zeroed and then aligned by hand: fresh pages come zeroed, and stay untouched until they are used.
        _block = NativeMemory.AllocZeroed(checked((nuint)length * (nuint)sizeof(T)) + Alignment);
        Pointer = (T*)(((nuint)_block + Alignment - 1) & ~(Alignment - 1));
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
