using BatchLLM.Blobs;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Host.Inspection;

/// <summary>Reads every row of a JSONL or CSV file.</summary>
internal static class TextFileInspector
{
    private const int RowsPerRange = 4096;

    /// <exception cref="BatchLLMException">The file is not text, or unreadable.</exception>
    public static async Task<DataFileInspection> InspectAsync(
        IBlobStore blobs, BlobInfo file, DataFormat format, CancellationToken cancellationToken)
    {
        var reader = RowReaders.For(format, blobs);
        var columns = new OrderedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        long rows = 0;
        long unreadable = 0;
        await foreach (var range in reader.SplitAsync(file.Uri, RowsPerRange, cancellationToken))
        {
            await foreach (var row in reader.ReadAsync(file.Uri, range, null, cancellationToken))
            {
                rows++;
                unreadable += row.Error is null ? 0 : 1;
                Note(row, columns);
            }
        }

        var found = columns.Select(column => new DataColumn(column.Key, string.Join(" | ", column.Value), null));
        return new DataFileInspection(
            file.Uri, format == DataFormat.Csv ? "csv" : "jsonl", file.Length, rows, unreadable, [.. found], null, null);
    }

    private static void Note(Row row, OrderedDictionary<string, SortedSet<string>> columns)
    {
        foreach (var (name, value) in row.Columns)
        {
            if (!columns.TryGetValue(name, out var kinds))
            {
                columns[name] = kinds = new SortedSet<string>(StringComparer.Ordinal);
            }

            kinds.Add(value.Kind.ToString().ToLowerInvariant());
        }
    }
}
