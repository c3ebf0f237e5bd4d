using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Compilation;

/// <summary>Texts as C takes them: an array of pointers to bytes that end with zero.</summary>
internal sealed unsafe class NativeTexts : IDisposable
{
    private readonly nint[] _texts;
    private readonly GCHandle _pinned;

    /// <summary>Copies texts out of the collected heap.</summary>
    public NativeTexts(IEnumerable<string> texts)
    {
        _texts = [.. texts.Select(Marshal.StringToCoTaskMemUTF8)];
        _pinned = GCHandle.Alloc(_texts, GCHandleType.Pinned);
    }

    /// <summary>How many.</summary>
    public int Count => _texts.Length;

    /// <summary>The array. // [Count]</summary>
    public byte** Pointer => (byte**)_pinned.AddrOfPinnedObject();

    /// <inheritdoc/>
    public void Dispose()
    {
        _pinned.Free();
        Array.ForEach(_texts, Marshal.FreeCoTaskMem);
    }
}
