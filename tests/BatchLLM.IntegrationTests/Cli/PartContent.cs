using BatchLLM.Blobs.Files;
using BatchLLM.Blobs.Parquet;
using Xunit;

namespace BatchLLM.IntegrationTests.Cli;

/// <summary>What the parts of an output say: a checksum of their bytes or, of Parquet, whose parts name their job, their rows.</summary>
internal static class PartContent
{
    private const int AllRows = 1_000_000;

    /// <summary>Of each part, in order.</summary>
    public static async Task<List<string>> OfAsync(TicketJob job)
    {
        var contents = new List<string>();
        foreach (var part in job.Receipt.GetProperty("parts").EnumerateArray())
        {
            var path = Path.Combine(job.Output, part.GetProperty("file").GetString()!);
            contents.Add(path.EndsWith(".parquet", StringComparison.Ordinal)
                ? string.Join('\n', await RowsAsync(path))
                : part.GetProperty("sha256").GetString()!);
        }

        return contents;
    }

    private static async Task<List<string>> RowsAsync(string path)
    {
        var (uri, reader) = (FileUri.FromPath(path, "/"), new ParquetRowReader(new FileBlobStore()));
        var rows = new List<string>();
        await foreach (var range in reader.SplitAsync(uri, AllRows, TestContext.Current.CancellationToken))
        {
            await foreach (var row in reader.ReadAsync(uri, range, null, TestContext.Current.CancellationToken))
            {
                rows.Add(string.Join('|', row.Columns.Select(column => $"{column.Key}: {column.Value}")));
            }
        }

        return rows;
    }
}
