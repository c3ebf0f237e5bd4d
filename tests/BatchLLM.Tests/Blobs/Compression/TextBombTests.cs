using BatchLLM.Blobs.Csv;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Blobs.Compression;

// The allocation counter is the whole process's, so nothing else may run meanwhile.
[CollectionDefinition(nameof(TextBombTests), DisableParallelization = true)]
[Collection(nameof(TextBombTests))]
public sealed class TextBombTests
{
    private const int MaxLineBytes = 1 << 20;
    private const int GigabyteBlocks = 8192;

    [Fact]
    public async Task A_gigabyte_of_one_line_from_32_kilobytes_takes_a_few_megabytes()
    {
        byte[] file =
        [
            .. ZstandardFrames.Encode("{\"a\":1}\n"u8.ToArray()),
            .. ZstandardFrames.Repeat((byte)'x', GigabyteBlocks),
            .. ZstandardFrames.Encode("\n{\"a\":3}\n"u8.ToArray()),
        ];
        await TakesLittleAsync(file, "memory:/bomb.jsonl.zst", blob => new JsonlRowReader(blob, MaxLineBytes));
    }

    [Fact]
    public async Task A_gigabyte_of_one_quoted_field_takes_a_few_megabytes()
    {
        byte[] file =
        [
            .. ZstandardFrames.Encode("a\n1\n\""u8.ToArray()),
            .. ZstandardFrames.Repeat((byte)'x', GigabyteBlocks),
            .. ZstandardFrames.Encode("\"\n3\n"u8.ToArray()),
        ];
        await TakesLittleAsync(file, "memory:/bomb.csv.zst", blob => new CsvRowReader(blob, MaxLineBytes));
    }

    private static async Task TakesLittleAsync(byte[] file, string uri, Func<IBlobSource, IRowReader> open)
    {
        Assert.InRange(file.Length, 0, 40_000);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var rows = await open(new MemoryBlob(file)).RowsAsync(uri);

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 12L << 20);
        Assert.Equal([null, RowErrorCodes.RowTooLong, null], rows.Select(row => row.Error?.Code));
        Assert.Contains(
            $"{(long)GigabyteBlocks << 17}"[..4], rows[1].Error?.Message, StringComparison.Ordinal);
    }
}
