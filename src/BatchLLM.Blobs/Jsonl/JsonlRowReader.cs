using System.Runtime.CompilerServices;
using BatchLLM.Blobs.Lines;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>
/// Reads JSONL: UTF-8, one JSON object a line, lines ended by LF or CRLF, the last newline optional, a byte order mark
/// allowed at the start of the file. Lines of only spaces, tabs and carriage returns are no rows but count as lines.
/// </summary>
/// <remarks>
/// A file whose name ends in .gz or .zst is decompressed. See <see cref="JsonlRecord"/> for how values are read, and
/// which lines become rows with errors.
/// </remarks>
public sealed class JsonlRowReader : IRowReader
{
    /// <summary>Bytes of the longest line that is read; a longer one is a row with an error. 64 MiB.</summary>
    public const int MaxLineBytes = 64 << 20;

    private readonly TextContent _content;
    private readonly LineSource _lines;
    private readonly int _maxLineBytes;

    /// <summary>Reads from a store.</summary>
    public JsonlRowReader(IBlobSource store)
        : this(store, MaxLineBytes)
    {
    }

    internal JsonlRowReader(IBlobSource store, int maxLineBytes)
    {
        (_content, _maxLineBytes) = (new TextContent(store), maxLineBytes);
        _lines = new LineSource(_content, maxLineBytes, () => new PlainLineScan());
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RowRange> SplitAsync(
        string uri, int rowsPerRange, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsPerRange, 1);
        var stream = await _content.OpenAsync(uri, JsonlHead.Refusal, cancellationToken);

        // Only borders matter here, so no line is kept, however long.
        await using var lines = new LineReader(stream, firstLine: 1, maxLineBytes: 0, new PlainLineScan());
        await foreach (var range in LineRanges.CutAsync(lines, rowsPerRange, cancellationToken))
        {
            yield return range;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Row> ReadAsync(
        string uri, RowRange range, IReadOnlySet<string>? columns, CancellationToken cancellationToken)
    {
        var names = new ColumnNames(columns);
        return LineRanges.ReadAsync(_lines, uri, range, (line, location) => Read(line, location, names), cancellationToken);
    }

    private Row Read(LineReader lines, RowLocation location, ColumnNames names) =>
        LineFaults.FindInLength(lines, _maxLineBytes) is { } fault
            ? Row.Unreadable(location, fault)
            : JsonlRecord.Read(lines.Line, location, names);
}
