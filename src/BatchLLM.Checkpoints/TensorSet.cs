namespace BatchLLM.Checkpoints;

/// <summary>The tensors of all files of a checkpoint, by name; owns the files.</summary>
internal sealed class TensorSet : IDisposable
{
    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    /// <summary>The files, in the order they were opened.</summary>
    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <summary>All tensors by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    /// <summary>Opens a file and takes its tensors.</summary>
    public void Add(string path, ICollection<string> problems)
    {
        if (SafetensorsFile.Open(path, problems) is not { } file)
        {
            return;
        }

        _files.Add(file);
        foreach (var entry in file.Entries)
        {
            if (!_tensors.TryAdd(entry.Name, new Tensor(file, entry)))
            {
                problems.Add($"{Path.GetFileName(path)}: tensor '{entry.Name}' also stands in " +
                    $"{_tensors[entry.Name].FileName}; expected each tensor once. Remove files of other exports.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(f => f.Dispose());
}
