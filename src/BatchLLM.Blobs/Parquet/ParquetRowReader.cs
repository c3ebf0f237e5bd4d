using System.Runtime.CompilerServices;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Parquet;

/// <summary>
/// Reads Parquet. Ranges are cut by the footer alone, by row count, whatever the row groups. A member of a struct is a
/// column too, by its path: <c>user.name</c>. Where all columns are asked for, those that are not read here are left
/// out; asked for by name, they are refused by name.
/// </summary>
/// <remarks>See <see cref="ParquetRow"/> for how values are read.</remarks>
public sealed class ParquetRowReader : IRowReader
{
    private readonly IBlobSource _store;

    /// <summary>Reads from a store.</summary>
    public ParquetRowReader(IBlobSource store) => _store = store;

    /// <inheritdoc/>
    public async IAsyncEnumerable<RowRange> SplitAsync(
        string uri, int rowsPerRange, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsPerRange, 1);
        await using var stream = await _store.OpenReadAsync(uri, cancellationToken);
        var file = await ParquetFailure.TranslateAsync(OpenAsync(stream, uri, cancellationToken), uri);
        for (var row = 0L; row < file.RowCount; row += rowsPerRange)
        {
            var rows = Math.Min(rowsPerRange, file.RowCount - row);
            yield return new RowRange(row + 1, rows, ByteOffset: 0, FirstLine: 0);
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
        var file = await ParquetFailure.TranslateAsync(OpenAsync(stream, uri, cancellationToken), uri);
        if (file.RowCount - range.RowCount < range.FirstRow - 1)
        {
            throw Shorter(uri, range, file.RowCount);
        }

        var json = new NestedJson(JsonlRowReader.MaxLineBytes);
        await using var batches = file
            .ReadAsync(Asked(file.Schema, columns), range.FirstRow - 1, range.RowCount, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await ParquetFailure.TranslateAsync(batches.MoveNextAsync(), uri))
        {
            for (var i = 0; i < batches.Current.RowCount; i++)
            {
                yield return ParquetRow.Read(batches.Current, i, uri, json);
            }
        }
    }

    /// <summary>
    /// What each column gives, by the file's schema, the members of structs by their paths too; columns that are not read
    /// here are left out.
    /// </summary>
    /// <exception cref="BatchLLMException">The file is missing or not Parquet.</exception>
    public async ValueTask<IReadOnlyDictionary<string, RowValueKind>> KindsAsync(
        string uri, CancellationToken cancellationToken)
    {
        await using var stream = await _store.OpenReadAsync(uri, cancellationToken);
        var file = await ParquetFailure.TranslateAsync(OpenAsync(stream, uri, cancellationToken), uri);
        return Paths(file.Schema.Fields, prefix: "")
            .Distinct()
            .Select(path => (Path: path, Fields: file.Schema.FindAll(path).ToList()))
            .Where(found => found.Fields is [{ Refusal: null }])
            .ToDictionary(found => found.Path, found => ParquetRow.Kind(found.Fields[0]));
    }

    /// <summary>Names of the columns whose values are declared to be JSON documents; in a row they are text.</summary>
    /// <exception cref="BatchLLMException">The file is missing or not Parquet.</exception>
    internal async ValueTask<IReadOnlySet<string>> DocumentsAsync(string uri, CancellationToken cancellationToken)
    {
        await using var stream = await _store.OpenReadAsync(uri, cancellationToken);
        var file = await ParquetFailure.TranslateAsync(OpenAsync(stream, uri, cancellationToken), uri);
        return file.Schema.Fields
            .Where(field => field.Column?.Type.Kind == ParquetValueKind.Json)
            .Select(field => field.Name)
            .ToHashSet(StringComparer.Ordinal);
    }

    private static ValueTask<ParquetReader> OpenAsync(Stream stream, string uri, CancellationToken cancellationToken) =>
        new(RangedParquetSource.OpenAsync(stream, uri, cancellationToken));

    // In file order. A name that the file lacks is left out, as from a JSON line: the row lacks it, and who needs it
    // says so. A column that is not read stays in, for the file's reader to refuse.
    private static List<string> Asked(ParquetSchema schema, IReadOnlySet<string>? columns)
    {
        var wanted = columns ?? Readable(schema);
        return [.. wanted
            .Select(name => (Name: name, Position: Position(schema, name)))
            .Where(column => column.Position >= 0)
            .OrderBy(column => column.Position)
            .Select(column => column.Name)];
    }

    private static int Position(ParquetSchema schema, string name) =>
        schema.FindAll(name).Select(field => field.Position).FirstOrDefault(schema.IsInsideList(name) ? 0 : -1);

    private static IEnumerable<string> Readable(ParquetSchema schema) => schema.Fields
        .GroupBy(field => field.Name)
        .Where(sameName => sameName.Count() == 1 && sameName.First().Refusal is null)
        .Select(sameName => sameName.Key);

    private static IEnumerable<string> Paths(IReadOnlyList<ParquetField> fields, string prefix) =>
        fields.SelectMany(field => field.Shape == ParquetShape.Struct
            ? Paths(field.Children, $"{prefix}{field.Name}.").Prepend(prefix + field.Name)
            : [prefix + field.Name]);

    private static BatchLLMException Shorter(string uri, RowRange range, long rows) => new(
        $"{uri} has changed: it has {rows} rows, but rows {range.FirstRow} to " +
        $"{range.FirstRow + range.RowCount - 1} stood in it when the job was created; " +
        "restore the file, or submit the job again.");
}
