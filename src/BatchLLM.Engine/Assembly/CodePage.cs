namespace BatchLLM.Engine.Assembly;

/// <summary>Functions assembled at run time, in memory that can no longer be written.</summary>
internal sealed unsafe class CodePage : IDisposable
{
    private const int Alignment = 64;

    private readonly int[] _starts; // [functions]
    private readonly nuint _bytes;
    private byte* _pages;

    private CodePage(byte* pages, nuint bytes, int[] starts)
    {
        _pages = pages;
        (_bytes, _starts) = (bytes, starts);
    }

    /// <summary>Maps functions, each on a cache line of its own.</summary>
    /// <param name="functions">Position-independent machine code. // [functions] of [bytes]</param>
    /// <returns>Null where the system refuses executable memory; the caller then computes without it.</returns>
    public static CodePage? Map(IReadOnlyList<byte[]> functions)
    {
        var starts = new int[functions.Count];
        var end = 0;
        for (var i = 0; i < starts.Length; i++)
        {
            starts[i] = end;
            end += (functions[i].Length + Alignment - 1) / Alignment * Alignment;
        }

        var pages = ExecutableMemory.Reserve((nuint)end);
        if (pages is null)
        {
            return null;
        }

        for (var i = 0; i < starts.Length; i++)
        {
            functions[i].CopyTo(new Span<byte>(pages + starts[i], functions[i].Length));
        }

        if (ExecutableMemory.Seal(pages, (nuint)end))
        {
            return new CodePage(pages, (nuint)end, starts);
        }

        ExecutableMemory.Free(pages, (nuint)end);
        return null;
    }

    /// <summary>Where a function begins; valid until the page is disposed.</summary>
    /// <param name="function">Its place in the list that was mapped.</param>
    public void* this[int function]
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pages is null, this);
            return _pages + _starts[function];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pages is not null)
        {
            ExecutableMemory.Free(_pages, _bytes);
            _pages = null;
        }
    }
}
