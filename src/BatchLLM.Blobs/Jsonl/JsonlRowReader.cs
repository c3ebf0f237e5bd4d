using System.Runtime.CompilerServices;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>
/// Reads JSONL: UTF-8, one JSON object a line, lines ended by LF or CRLF, the last newline optional, a byte order mark
/// allowed at the start of the file. Lines of only spaces, tabs and carriage returns are no rows but count as lines.
/// </summary>
/// <remarks>See <see cref="JsonlRecord"/> for how values are read, and which lines become rows with errors.</remarks>
public sealed class JsonlRowReader : IRowReader
{
    /// <summary>Bytes of the longest line that is read; a longer one is a row with an error. 64 MiB.</summary>
    public const int MaxLineBytes = 64 << 20;

    private readonly IBlobStore _store;
    private readonly int _maxLineBytes;

    /// <summary>Reads from a store.</summary>
    public JsonlRowReader(IBlobStore store)
        : this(store, MaxLineBytes)
    {
    }

    internal JsonlRowReader(IBlobStore store, int maxLineBytes) => (_store, _maxLineBytes) = (store, maxLineBytes);

    /// <inheritdoc/>
    public async IAsyncEnumerable<RowRange> SplitAsync(
        string uri, int rowsPerRange, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsPerRange, 1);
        await using var stream = await _store.OpenReadAsync(uri, cancellationToken);
        await JsonlHead.EnterAsync(stream, uri, cancellationToken);

        // Only borders matter here, so no line is kept, however long.
        using var lines = new LineReader(stream, firstLine: 1, maxLineBytes: 0);
        var range = new RowRange(FirstRow: 1, RowCount: 0, ByteOffset: 0, FirstLine: 0);
        while (await lines.MoveNextAsync(cancellationToken))
        {
            range = lines.IsBlank ? range : Extend(range, lines);
            if (range.RowCount == rowsPerRange)
            {
                yield return range;
                range = new RowRange(range.FirstRow + range.RowCount, 0, 0, 0);
            }
        }

        if (range.RowCount > 0)
        {
            yield return range;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Row> ReadAsync(
        string uri,
        RowRange range,
        IReadOnlySet<string>? columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await _store.OpenReadAsync(uri, cancellationToken);
        stream.Position = range.ByteOffset;
        using var lines = new LineReader(stream, range.FirstLine, _maxLineBytes);
        var names = new ColumnNames(columns);
        for (var rows = 0L; rows < range.RowCount;)
        {
            if (!await lines.MoveNextAsync(cancellationToken))
            {
                throw Shorter(uri, range, rows, stream.Length);
            }

            if (!lines.IsBlank)
            {
                yield return Read(lines, new RowLocation(uri, range.FirstRow + rows, lines.LineNumber), names);
                rows++;
            }
        }
    }

    private static RowRange Extend(RowRange range, LineReader lines) => range.RowCount == 0
        ? range with { RowCount = 1, ByteOffset = lines.LineOffset, FirstLine = lines.LineNumber }
        : range with { RowCount = range.RowCount + 1 };

    private Row Read(LineReader lines, RowLocation location, ColumnNames names) => lines.IsTooLong
        ? Row.Unreadable(location, new RowError(
            RowErrorCodes.RowTooLong, $"The line has {lines.LineLength} bytes; expected at most {_maxLineBytes}."))
        : JsonlRecord.Read(lines.Line, location, names);

    private static BatchLLMException Shorter(string uri, RowRange range, long rows, long length) => new(
        $"{uri} has changed: it ends after {length} bytes, before row {range.FirstRow + rows}, which it had when the " +
        "job was created; restore the file, or submit the job again.");
}
