using System.Text.Json;
using BatchLLM.Blobs;
using BatchLLM.Blobs.Files;
using BatchLLM.Jobs;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.IntegrationTests.Peers;

/// <summary>Columns in the paths of files that DuckDB wrote are what DuckDB reads, also where the file has one of that name.</summary>
public sealed class HivePeerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("batchllm-hive-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Columns_of_paths_are_read_alike()
    {
        var answers = await NodePeer.RunAsync("hive_partitions.mjs", [_folder.FullName], []);

        Assert.Equal(18, answers.Count);
        var reader = RowReaders.For(DataFormat.Parquet, new FileBlobStore());
        foreach (var answer in answers)
        {
            using var expected = JsonDocument.Parse(answer);
            var uri = FileUri.FromPath(expected.RootElement[0].GetString()!, _folder.FullName);
            var row = Assert.Single(await RowsAsync(reader, uri));
            Assert.Equal(expected.RootElement[1].GetInt64(), row.Columns["i"].Integer);
            Assert.Equal(expected.RootElement[2].GetString(), row.Columns["k"].IsNull ? null : row.Columns["k"].Text);
        }
    }

    private static async Task<List<Row>> RowsAsync(IRowReader reader, string uri)
    {
        var rows = new List<Row>();
        await foreach (var range in reader.SplitAsync(uri, int.MaxValue, CancellationToken.None))
        {
            rows.AddRange(await reader.ReadAsync(uri, range, columns: null, CancellationToken.None).ToListAsync());
        }

        return rows;
    }
}
