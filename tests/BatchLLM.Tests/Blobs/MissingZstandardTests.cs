using System.Diagnostics;
using BatchLLM.Blobs;
using BatchLLM.Blobs.Files;
using BatchLLM.Jobs;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Reading;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Tests.Parquet;
using Xunit;

namespace BatchLLM.Tests.Blobs;

/// <summary>
/// A system without libzstd: this very program is run again, with a file of the library's name before it in the linker's path
/// that is no library.
/// </summary>
public sealed class MissingZstandardTests
{
    private const string LinkerPath = "LD_LIBRARY_PATH";

    [Fact]
    public async Task All_is_told_by_name_and_nothing_else_fails()
    {
        using var folder = new TemporaryDirectory();
        await File.WriteAllBytesAsync(folder.File("libzstd.so.1"), [], TestContext.Current.CancellationToken);
        var program = Path.ChangeExtension(typeof(MissingZstandardTests).Assembly.Location, null);
        var start = new ProcessStartInfo(program, ["-class", typeof(MissingZstandardTests).FullName!, "-explicit", "only"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[LinkerPath] = folder.Path;

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("Total: 4, Errors: 0, Failed: 0, Skipped: 0, Not Run: 1", output);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact(Explicit = true)]
    public async Task Parquet_is_written_with_Snappy()
    {
        using var stream = new MemoryStream();
        var writer = new ParquetWriter(stream, [new ParquetColumnSchema("text", ParquetColumnType.Text)]);
        writer.Columns[0].AppendText("value");
        await writer.EndRowAsync(CancellationToken.None);
        await writer.CompleteAsync(CancellationToken.None);

        var footer = await Footer.ReadAsync(new CountingSource(stream.ToArray()), "f", CancellationToken.None);
        Assert.Equal(CompressionCodec.SNAPPY, footer.Metadata.RowGroups[0].Columns[0].Codec);
        Assert.StartsWith("the system's library libzstd.so.1, which is missing. Install it", ParquetWriter.ZstandardLack);
    }

    [Fact(Explicit = true)]
    public async Task Parquet_in_ZSTD_is_refused_by_name()
    {
        var reader = await ParquetFiles.OpenAsync(ParquetFiles.Bytes("duckdb/v2_zstd.parquet"));

        var refusal = await Assert.ThrowsAsync<ParquetException>(() => reader.ReadTextAsync(reader.ReadableColumns()));

        Assert.Contains("uses the compression codec ZSTD and so needs the system's library libzstd.so.1", refusal.Message);
    }

    [Fact(Explicit = true)]
    public async Task Lines_in_Zstandard_are_refused_by_name()
    {
        using var folder = new TemporaryDirectory();
        await File.WriteAllBytesAsync(folder.File("a.jsonl.zst"), [0x28, 0xB5, 0x2F, 0xFD, 0], CancellationToken.None);
        var reader = RowReaders.For(DataFormat.Jsonl, new FileBlobStore());

        var refusal = await Assert.ThrowsAsync<BatchLLMException>(async () =>
            await reader.SplitAsync($"{folder.Uri}/a.jsonl.zst", 10, CancellationToken.None).CountAsync());

        Assert.Contains("a.jsonl.zst is compressed with Zstandard, and its library libzstd.so.1 is not installed", refusal.Message);
    }
}
