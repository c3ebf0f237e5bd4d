using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace BatchLLM.Checkpoints;

/// <summary>A memory-mapped file of one byte or more. Reading is safe from several threads.</summary>
internal sealed class MappedFile : ITensorBytes, IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Maps a file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public MappedFile(string path)
    {
        FileName = Path.GetFileName(path);
        Length = new FileInfo(path).Length;
        _map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
    }

    /// <inheritdoc/>
    public string FileName { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <inheritdoc/>
    public void Read<T>(long offset, Span<T> destination)
        where T : struct
    {
        // A copy and not a span over the mapping: this project stays free of unsafe code, and weights are read once. A stream
        // of its own moves whole blocks; the handle's ReadSpan goes element by element, a sixth of loading's samples.
        var bytes = MemoryMarshal.AsBytes(destination);
        using var stream = new UnmanagedMemoryStream(
            _view.SafeMemoryMappedViewHandle, offset + _view.PointerOffset, bytes.Length);
        stream.ReadExactly(bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
    }
}
