using System.Globalization;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Incremental;
using BatchLLM.Rows;

namespace BatchLLM.Blobs;

/// <summary>
/// Writes the rows of a canary for people, and for <see cref="CanaryRows"/>: <c>file</c>, <c>row</c>, <c>id</c> (null if rows have
/// none), <c>hash</c> and <c>reused</c> of an incremental job, and then what every line of an output has.
/// </summary>
public sealed class CanaryRowWriter : IRowWriter
{
    internal const string File = "file";
    internal const string Row = "row";
    internal const string Hash = "hash";
    internal const string Reused = "reused";

    private readonly JsonlRowWriter _lines;
    private readonly string? _idColumn;

    /// <summary>Writes to a stream that stays the caller's.</summary>
    /// <param name="stream">Where lines go.</param>
    /// <param name="idColumn">The carried column that names a row; null if rows have no id.</param>
    /// <param name="tokenIds">True to write the completion's token ids too.</param>
    public CanaryRowWriter(Stream stream, string? idColumn, bool tokenIds)
    {
        _lines = new JsonlRowWriter(stream, new OutputColumns([File, Row, "id", Hash, Reused], tokenIds));
        _idColumn = idColumn;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(CompletedRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        return _lines.WriteAsync(
            row with
            {
                Carried =
                [
                    new(File, RowValue.FromText(row.Location.File)),
                    new(Row, RowValue.FromInteger(row.Location.RowNumber)),
                    new("id", row.Carried.FirstOrDefault(column => column.Key == _idColumn).Value), // the default holds the absent value
                    new(Hash, HashOf(row)),
                    new(Reused, RowValue.FromBoolean(row.IsReused)),
                ],
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => _lines.CompleteAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lines.DisposeAsync();

    private static RowValue HashOf(CompletedRow row) => row.ContentHash == ContentHash.None
        ? RowValue.Null
        : RowValue.FromText(row.ContentHash.ToString("x32", CultureInfo.InvariantCulture));
}
