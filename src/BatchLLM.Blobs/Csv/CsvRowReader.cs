using System.Runtime.CompilerServices;
using BatchLLM.Blobs.Lines;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Csv;

/// <summary>
/// Reads CSV (RFC 4180): UTF-8, fields separated by commas, a header first, records ended by LF or CRLF, the last newline
/// optional, a byte order mark allowed at the start of the file. All values are text, an empty field the empty one. Lines
/// without a byte are no rows but count as lines; a row's line is the one it begins on.
/// </summary>
/// <remarks>
/// A file whose name ends in .gz or .zst is decompressed. Whether a newline ends a record depends on every quotation mark
/// before it, so the borders of ranges come from one walk from the start; at a border, reading may then begin.
/// </remarks>
public sealed class CsvRowReader : IRowReader
{
    /// <summary>Bytes of the longest record that is read; a longer one is a row with an error. 64 MiB.</summary>
    public const int MaxRecordBytes = 64 << 20;

    private readonly TextContent _content;
    private readonly LineSource _lines;
    private readonly int _maxRecordBytes;

    /// <summary>Reads from a store.</summary>
    public CsvRowReader(IBlobSource store)
        : this(store, MaxRecordBytes)
    {
    }

    internal CsvRowReader(IBlobSource store, int maxRecordBytes)
    {
        (_content, _maxRecordBytes) = (new TextContent(store), maxRecordBytes);
        _lines = new LineSource(_content, maxRecordBytes, () => new CsvScan());
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RowRange> SplitAsync(
        string uri, int rowsPerRange, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsPerRange, 1);
        if (await FindHeaderAsync(uri, cancellationToken) is null)
        {
            yield break;
        }

        var stream = await _content.OpenAsync(uri, Refusal, cancellationToken);
        await using var lines = new LineReader(stream, firstLine: 1, maxLineBytes: 0, new CsvScan());
        await MoveToHeaderAsync(lines, cancellationToken);
        await foreach (var range in LineRanges.CutAsync(lines, rowsPerRange, cancellationToken))
        {
            yield return range;
        }

        RequireEnd(lines, uri);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Row> ReadAsync(
        string uri,
        RowRange range,
        IReadOnlySet<string>? columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var header = await FindHeaderAsync(uri, cancellationToken)
            ?? throw new BatchLLMException($"{uri} has changed: it is empty; restore the file, or submit the job again.");
        await foreach (var row in LineRanges.ReadAsync(
            _lines, uri, range, (line, location) => Read(line, location, header, columns), cancellationToken))
        {
            yield return row;
        }
    }

    private static string? Refusal(ReadOnlySpan<byte> head, string uri) => TextHead.Refusal(head);

    private async ValueTask<CsvHeader?> FindHeaderAsync(string uri, CancellationToken cancellationToken)
    {
        var stream = await _content.OpenAsync(uri, Refusal, cancellationToken);
        await using var lines = new LineReader(stream, firstLine: 1, _maxRecordBytes, new CsvScan());
        if (!await MoveToHeaderAsync(lines, cancellationToken))
        {
            return null;
        }

        RequireEnd(lines, uri);
        return LineFaults.FindInLength(lines, _maxRecordBytes) is { } fault
            ? throw new BatchLLMException($"{uri} has no usable header in its first line. {fault.Message}")
            : CsvHeader.Read(lines.Line, uri);
    }

    private static async ValueTask<bool> MoveToHeaderAsync(LineReader lines, CancellationToken cancellationToken)
    {
        while (await lines.MoveNextAsync(cancellationToken))
        {
            if (!lines.IsBlank)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A quotation mark that nothing closes took every row behind it: not one row's fault, but the file's.</summary>
    private static void RequireEnd(LineReader lines, string uri)
    {
        if (lines.UnendedLine is { } line)
        {
            throw new BatchLLMException(
                $"{uri}: the row that begins on line {line} opens a quoted field that the file does not close. " +
                "Close it, or double the quotation mark if it is part of the text.");
        }
    }

    private Row Read(
        LineReader lines, RowLocation location, CsvHeader header, IReadOnlySet<string>? columns) =>
        LineFaults.FindInLength(lines, _maxRecordBytes) is { } fault
            ? Row.Unreadable(location, fault)
            : CsvRecord.Read(lines.Line, location, header, columns);
}
