namespace BatchLLM.Checkpoints.Onnx;

/// <summary>The files beside model.onnx that hold its tensors' bytes, mapped when first asked for; owns the mappings.</summary>
/// <param name="directory">Folder of model.onnx, which locations are relative to.</param>
internal sealed class OnnxDataFiles(string directory) : IDisposable
{
    private readonly SortedDictionary<string, MappedFile> _files = new(StringComparer.Ordinal);

    /// <summary>The files by location, sorted.</summary>
    public IReadOnlyDictionary<string, MappedFile> Files => _files;

    /// <summary>The file of a tensor's external_data.</summary>
    /// <exception cref="OnnxRefusal">The location leaves the folder, or the file is missing, empty or not readable.</exception>
    public MappedFile File(string location, string tensor)
    {
        if (_files.TryGetValue(location, out var known))
        {
            return known;
        }

        RefuseEscape(location, tensor);
        try
        {
            var path = Path.Combine(directory, location);
            var length = new FileInfo(path) is { Exists: true } info ? info.Length : throw Missing(location, tensor);
            return _files[location] = length > 0 ? new MappedFile(path) : throw Missing(location, tensor);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new OnnxRefusal($"{location}: the file cannot be read ({e.Message}).");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
    }

    // A model comes from elsewhere: it may name files of its own folder and of folders in it, and no other.
    private static void RefuseEscape(string location, string tensor)
    {
        var isInside = location.Length > 0 && !location.Contains('\0', StringComparison.Ordinal)
            && !location.Contains(':', StringComparison.Ordinal) && !Path.IsPathRooted(location)
            && !location.Split('/', '\\').Contains("..", StringComparer.Ordinal) && location[0] != '\\';
        if (!isInside)
        {
            throw new OnnxRefusal($"model.onnx: tensor '{tensor}' lies in '{location}'; expected a file beside model.onnx. " +
                "Do not use this model: it reads files outside its folder.");
        }
    }

    private OnnxRefusal Missing(string location, string tensor) => new(
        $"{location}: the file is missing from {directory} or empty, and tensor '{tensor}' lies in it. Download it again.");
}
