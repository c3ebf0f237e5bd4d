using System.Runtime.InteropServices;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Values;

namespace BatchLLM.Parquet.Encodings;

/// <summary>
/// The decoded dictionary of a chunk. Its entries stand in an array of pages: of a million short texts they are as large as
/// pages, and new ones for each chunk were collected late.
/// </summary>
internal sealed class PageDictionary : IDisposable
{
    /// <summary>Entries that one may have: as many as an array has room for.</summary>
    public const int MostEntries = int.MaxValue / sizeof(long);

    /// <summary>Entries decoded at once.</summary>
    private const int Step = 1024;

    private readonly PageBuffers _buffers;
    private readonly byte[] _entries;
    private readonly int _count;

    /// <summary>Decodes a dictionary.</summary>
    /// <param name="page">The page, which stays as it is as long as this is used.</param>
    /// <param name="count">Its entries, as its header says; at most <see cref="MostEntries"/>.</param>
    /// <param name="buffers">Where their room comes from.</param>
    /// <exception cref="ParquetException">The page is damaged.</exception>
    public PageDictionary(PageValues page, int count, PageBuffers buffers)
    {
        (Bytes, _count, _buffers) = (page.Data, count, buffers);
        _entries = buffers.RentDictionary(count * sizeof(long));
        try
        {
            Decode(page);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the slices refer to.</summary>
    public byte[] Bytes { get; }

    /// <summary>Numbers, or what stands in for them (<see cref="ColumnValues.Numbers"/>).</summary>
    public ReadOnlySpan<long> Numbers => MemoryMarshal.Cast<byte, long>(Entries);

    /// <summary>Where byte arrays stand.</summary>
    public ReadOnlySpan<ByteSlice> Slices => MemoryMarshal.Cast<byte, ByteSlice>(Entries);

    private Span<byte> Entries => _entries.AsSpan(0, _count * sizeof(long));

    /// <summary>Gives the room back: nothing decoded by this is valid any more.</summary>
    public void Dispose() => _buffers.ReturnDictionary(_entries);

    private void Decode(PageValues page)
    {
        var (decoder, values) = (page.DecodePlain(), ColumnValues.ForRows(page.Type, Step));
        for (var done = 0; done < _count; done += Step)
        {
            var step = Math.Min(Step, _count - done);
            decoder.Read(values, step);
            var read = page.Type.IsBytes
                ? MemoryMarshal.AsBytes(values.Slices.AsSpan(0, step))
                : MemoryMarshal.AsBytes(values.Numbers.AsSpan(0, step));
            read.CopyTo(Entries[(done * sizeof(long))..]);
        }
    }
}
