using System.Buffers;
using BatchLLM.Blobs.Lines;

namespace BatchLLM.Blobs.Csv;

/// <summary>
/// A newline ends a record, unless it stands in a quoted field. A record without any bytes but a carriage return is no row.
/// </summary>
/// <remarks>
/// A quotation mark opens a field at its beginning only. Counting quotation marks instead would let a stray one, as in
/// <c>5" nail</c>, take every following record into its own.
/// </remarks>
internal sealed class CsvScan : ILineScan
{
    private static readonly SearchValues<byte> EndOfPlain = SearchValues.Create(",\n"u8);
    private static readonly SearchValues<byte> EndOfQuoted = SearchValues.Create("\"\n"u8);

    private Place _place;
    private long _bytes; // of the record so far
    private byte _first;

    private enum Place
    {
        FieldStart,
        Plain,
        Quoted,
        AfterQuote, // that closed the field, or was the first of two
    }

    public bool IsBlank => _bytes == 0 || (_bytes == 1 && _first == (byte)'\r');

    public bool IsOpen => _place == Place.Quoted;

    public long InnerBreaks { get; private set; }

    public void Begin() => (_place, _bytes, InnerBreaks) = (Place.FieldStart, 0, 0);

    public int FindEnd(ReadOnlySpan<byte> bytes)
    {
        var end = FindNewline(bytes);
        _first = _bytes == 0 && !bytes.IsEmpty ? bytes[0] : _first;
        _bytes += end < 0 ? bytes.Length : end;
        return end;
    }

    private int FindNewline(ReadOnlySpan<byte> bytes)
    {
        for (var at = NextMark(bytes); at < bytes.Length; at += 1 + NextMark(bytes[(at + 1)..]))
        {
            if (bytes[at] == (byte)'\n' && _place != Place.Quoted)
            {
                return at;
            }

            InnerBreaks += bytes[at] == (byte)'\n' ? 1 : 0;
            _place = After(bytes[at]);
        }

        return -1;
    }

    /// <summary>How many bytes change nothing.</summary>
    private int NextMark(ReadOnlySpan<byte> bytes)
    {
        var next = _place switch
        {
            Place.Plain => bytes.IndexOfAny(EndOfPlain),
            Place.Quoted => bytes.IndexOfAny(EndOfQuoted),
            _ => 0,
        };
        return next < 0 ? bytes.Length : next;
    }

    private Place After(byte mark) => (_place, mark) switch
    {
        (Place.Quoted, (byte)'"') => Place.AfterQuote,
        (Place.Quoted, _) => Place.Quoted,
        (Place.FieldStart or Place.AfterQuote, (byte)'"') => Place.Quoted,
        (_, (byte)',') => Place.FieldStart,
        _ => Place.Plain,
    };
}
