using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Benchmarks;

/// <summary>
/// Writes texts anew in pages of 1 MiB: most writers but DuckDB, whose pages are as large as a row group, make them about as small.
/// </summary>
internal static class ParquetPages
{
    /// <summary>Copies all columns, which must be texts without nulls.</summary>
    public static async Task CopyAsync(string from, string to, ParquetCompression codec, int groupRows)
    {
        await using var source = File.OpenRead(from);
        await using var target = File.Create(to);
        var reader = await ParquetReader.OpenAsync(source, from, CancellationToken.None);
        var options = new ParquetWriterOptions { Compression = codec, RowGroupRows = groupRows, RowGroupBytes = 1 << 30 };
        var columns = reader.Schema.Columns.Select(column => new ParquetColumnSchema(column.Name, ParquetColumnType.Text, IsOptional: true));
        var writer = new ParquetWriter(target, [.. columns], options);
        await foreach (var batch in reader.ReadAsync([.. reader.Schema.Columns.Select(column => column.Name)]))
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                for (var column = 0; column < batch.Columns.Count; column++)
                {
                    writer.Columns[column].AppendBytes(batch.Columns[column].GetBytes(row));
                }

                await writer.EndRowAsync(CancellationToken.None);
            }
        }

        await writer.CompleteAsync(CancellationToken.None);
    }
}
