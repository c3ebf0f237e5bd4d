using System.Runtime.InteropServices;

namespace BatchLLM.Checkpoints.Onnx.Writing;

/// <summary>model.onnx_data while it is written: tensors one after another, each at a page's start so that it can be mapped.</summary>
internal sealed class OnnxDataFile : IDisposable
{
    /// <summary>The file's name.</summary>
    public const string FileName = "model.onnx_data";

    private const long Page = 4096;

    // Rows that are turned at a time: 4 KB lie together then, and 4,096 columns need 16 MB.
    private const int BandRows = 2048;

    private readonly FileStream _stream;
    private readonly List<OnnxStoredTensor> _written;

    /// <summary>Opens the file and cuts off what follows the tensors that are known to be whole.</summary>
    /// <exception cref="BatchLLMException">The file is shorter than those tensors.</exception>
    public OnnxDataFile(string directory, IReadOnlyList<OnnxStoredTensor> written)
    {
        _written = [.. written];
        _stream = new FileStream(Path.Combine(directory, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite);
        var end = written.Count == 0 ? 0 : written.Max(t => t.Offset + t.Length);
        if (_stream.Length < end)
        {
            _stream.Dispose();
            throw new BatchLLMException($"{Path.Combine(directory, FileName)} has {_stream.Length} bytes; its list of tensors says {end}. " +
                "Delete the folder and start the export again.");
        }

        _stream.SetLength(end);
        _stream.Position = end;
    }

    /// <summary>The tensors that stand in the file.</summary>
    public IReadOnlyList<OnnxStoredTensor> Written => _written;

    /// <summary>Appends a tensor that is at hand.</summary>
    public void Append<T>(string name, OnnxType type, long[] shape, ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        Align(name);
        var offset = _stream.Position;
        _stream.Write(MemoryMarshal.AsBytes(elements));
        _written.Add(new OnnxStoredTensor(name, (int)type, shape, offset, _stream.Position - offset));
    }

    /// <summary>Appends a matrix of halves that is read by bands of rows.</summary>
    /// <param name="name">Name in the graph.</param>
    /// <param name="rows">Rows of what is read.</param>
    /// <param name="columns">Columns of what is read.</param>
    /// <param name="isTurned">True to store it [columns, rows].</param>
    /// <param name="read">Fills rows from a first one on. // [rows of the band, columns]</param>
    public void AppendHalves(string name, int rows, int columns, bool isTurned, BandReader read)
    {
        Align(name);
        var offset = _stream.Position;
        var length = (long)rows * columns * sizeof(ushort);
        _stream.SetLength(offset + length);
        for (var first = 0; first < rows; first += BandRows)
        {
            var count = Math.Min(BandRows, rows - first);
            var band = new float[(long)count * columns]; // [rows of the band, columns]
            read(first, band);
            WriteBand(name, band, new Band(offset, rows, columns, first, count), isTurned);
        }

        _stream.Position = offset + length;
        long[] shape = isTurned ? [columns, rows] : [rows, columns];
        _written.Add(new OnnxStoredTensor(name, (int)OnnxType.Float16, shape, offset, length));
    }

    /// <summary>Brings everything appended so far to the disk.</summary>
    public void Flush() => _stream.Flush(flushToDisk: true);

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void WriteBand(string name, float[] values, Band band, bool isTurned)
    {
        if (!isTurned)
        {
            _stream.Position = band.Offset + (long)band.First * band.Columns * sizeof(ushort);
            _stream.Write(MemoryMarshal.AsBytes(Halves.Of(name, values).AsSpan()));
            return;
        }

        var column = new float[band.Count];
        for (var c = 0; c < band.Columns; c++)
        {
            for (var r = 0; r < column.Length; r++)
            {
                column[r] = values[r * band.Columns + c];
            }

            _stream.Position = band.Offset + ((long)c * band.Rows + band.First) * sizeof(ushort);
            _stream.Write(MemoryMarshal.AsBytes(Halves.Of(name, column).AsSpan()));
        }
    }

    private void Align(string name)
    {
        if (_written.Exists(t => t.Name == name))
        {
            throw new ArgumentException($"The tensor '{name}' is written already.", nameof(name));
        }

        _stream.Position = _stream.Length + (Page - _stream.Length % Page) % Page;
    }

    private readonly record struct Band(long Offset, int Rows, int Columns, int First, int Count);

    internal delegate void BandReader(int firstRow, Span<float> band);
}
