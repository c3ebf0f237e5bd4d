namespace BatchLLM.Tests.Engine.Assembly;

/// <summary>The memory a kernel was given: real addresses, each access checked against the regions that were declared.</summary>
internal sealed unsafe class EmulatedMemory
{
    private readonly List<(ulong Start, ulong Length, bool IsWritable)> _regions = [];

    /// <summary>Declares a region that may be read.</summary>
    public EmulatedMemory Readable(void* start, long bytes) => Declare(start, bytes, isWritable: false);

    /// <summary>Declares a region that may be read and written.</summary>
    public EmulatedMemory Writable(void* start, long bytes) => Declare(start, bytes, isWritable: true);

    /// <summary>Reads bytes.</summary>
    /// <exception cref="InvalidOperationException">They are not all in one region.</exception>
    public void Read(ulong address, Span<byte> bytes)
    {
        Check(address, bytes.Length, writes: false);
        new ReadOnlySpan<byte>((void*)address, bytes.Length).CopyTo(bytes);
    }

    /// <summary>Writes bytes.</summary>
    /// <exception cref="InvalidOperationException">They are not all in one writable region.</exception>
    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        Check(address, bytes.Length, writes: true);
        bytes.CopyTo(new Span<byte>((void*)address, bytes.Length));
    }

    private EmulatedMemory Declare(void* start, long bytes, bool isWritable)
    {
        _regions.Add(((ulong)start, (ulong)bytes, isWritable));
        return this;
    }

    private void Check(ulong address, int bytes, bool writes)
    {
        foreach (var (start, length, isWritable) in _regions)
        {
            if (address >= start && address - start + (ulong)bytes <= length && (isWritable || !writes))
            {
                return;
            }
        }

        var regions = string.Join(", ", _regions.Select(r => $"{r.Start:X}+{r.Length}{(r.IsWritable ? " writable" : "")}"));
        throw new InvalidOperationException($"The kernel {(writes ? "wrote" : "read")} {bytes} bytes at {address:X}; declared: {regions}.");
    }
}
