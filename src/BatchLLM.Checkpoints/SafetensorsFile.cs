using System.Buffers.Binary;

namespace BatchLLM.Checkpoints;

/// <summary>A memory-mapped safetensors file. Reading is safe from several threads.</summary>
internal sealed class SafetensorsFile : ITensorBytes, IDisposable
{
    private readonly MappedFile _map;

    private SafetensorsFile(string path, MappedFile map, byte[] header, IReadOnlyList<TensorEntry> entries)
    {
        Path = path;
        _map = map;
        Header = header;
        Entries = entries;
    }

    /// <summary>Where it was found.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public string FileName => _map.FileName;

    /// <summary>The header's JSON text.</summary>
    public byte[] Header { get; }

    /// <summary>The tensors that are sound.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <returns>The file, or null if no header could be read; then a problem says why.</returns>
    public static SafetensorsFile? Open(string path, ICollection<string> problems)
    {
        var name = System.IO.Path.GetFileName(path);
        if (!File.Exists(path))
        {
            problems.Add($"{name}: the file is missing from {System.IO.Path.GetDirectoryName(path)}. Download it again.");
            return null;
        }

        try
        {
            return ReadHeader(path, name, problems) is { } header ? Map(path, name, header, problems) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{name}: the file cannot be read ({e.Message}).");
            return null;
        }
    }

    private static byte[]? ReadHeader(string path, string name, ICollection<string> problems)
    {
        using var stream = File.OpenRead(path);
        var prefix = new byte[8];
        if (stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
        {
            problems.Add($"{name}: the file has {stream.Length} bytes; expected at least 8 for a safetensors header. Download it again.");
            return null;
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.MaxLength || (long)length > stream.Length - 8)
        {
            problems.Add($"{name}: the header's length is {length} bytes; expected at most " +
                $"{Math.Min(SafetensorsHeader.MaxLength, stream.Length - 8)}. The file is truncated or not a safetensors file: download it again.");
            return null;
        }

        var header = new byte[length];
        stream.ReadExactly(header);
        if (header is [(byte)'{', ..])
        {
            return header;
        }

        problems.Add($"{name}: the header does not begin with '{{'; this is not a safetensors file. Download it again.");
        return null;
    }

    private static SafetensorsFile Map(string path, string name, byte[] header, ICollection<string> problems)
    {
        var dataStart = 8L + header.Length;
        var map = new MappedFile(path);
        return new SafetensorsFile(
            path, map, header, SafetensorsHeader.Parse(name, header, dataStart, map.Length - dataStart, problems));
    }

    /// <inheritdoc/>
    public void Read<T>(long offset, Span<T> destination)
        where T : struct => _map.Read(offset, destination);

    /// <inheritdoc/>
    public void Dispose() => _map.Dispose();
}
