using System.Diagnostics;
using System.Text.Json;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Benchmarks;

/// <summary>
/// The reader that <see cref="ParquetSpeed"/> measures, as peers/duckdb_parquet.mjs is the other: for each line
/// <c>{"read": path}</c> it decodes all columns and says how many bytes they are and what that took.
/// </summary>
internal static class ParquetReading
{
    /// <summary>Answers until no more lines come.</summary>
    public static async Task RunAsync()
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var path = JsonDocument.Parse(line).RootElement.GetProperty("read").GetString()!;
            var (start, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var bytes = await ReadAsync(path);
            var (seconds, used) = (Stopwatch.GetElapsedTime(start).TotalSeconds, Environment.CpuUsage.TotalTime - before);
            Console.WriteLine(JsonSerializer.Serialize(new { bytes, seconds, processorSeconds = used.TotalSeconds }));
        }
    }

    private static async Task<long> ReadAsync(string path)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        var reader = await ParquetReader.OpenAsync(stream, path, CancellationToken.None);
        var bytes = 0L;
        await foreach (var batch in reader.ReadAsync([.. reader.Schema.Columns.Select(column => column.Name)]))
        {
            foreach (var column in batch.Columns)
            {
                bytes += column.Schema.Type.Kind == ParquetValueKind.Text
                    ? TextBytes(column, batch.RowCount)
                    : (long)batch.RowCount * sizeof(long);
            }
        }

        return bytes;
    }

    private static long TextBytes(ParquetColumn column, int rows)
    {
        var bytes = 0L;
        for (var row = 0; row < rows; row++)
        {
            bytes += column.IsNull(row) ? 0 : column.GetBytes(row).Length;
        }

        return bytes;
    }
}
