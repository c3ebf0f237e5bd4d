using System.Diagnostics;
using BatchLLM.Parquet;
using Xunit;

namespace BatchLLM.Tests.Parquet;

/// <summary>
/// Whatever happens to a file's bytes, reading ends with rows or with <see cref="ParquetException"/>. No other test may run
/// meanwhile: what a file takes is counted over all threads.
/// </summary>
[CollectionDefinition(nameof(FuzzTests), DisableParallelization = true)]
[Collection(nameof(FuzzTests))]
public sealed class FuzzTests
{
    private const int Mutations = 20_000;

    /// <summary>
    /// A damaged count may make billions of rows from a few bytes; they are read as long as anyone asks.
    /// </summary>
    private const long MostRows = 5_000;

    private static readonly string[] Files =
    [
        "apache/alltypes_plain.snappy.parquet",
        "apache/alltypes_dictionary.parquet",
        "apache/byte_stream_split.zstd.parquet",
        "apache/concatenated_gzip_members.parquet",
        "apache/datapage_v2_empty_datapage.snappy.parquet",
        "apache/delta_length_byte_array.parquet",
        "apache/float16_nonzeros_and_nans.parquet",
        "apache/twins/hadoop_lz4_compressed.parquet",
        "apache/int32_with_null_pages.parquet",
        "apache/lz4_raw_compressed.parquet",
        "apache/rle_boolean_encoding.parquet",
        "apache/rle-dict-snappy-checksum.parquet",
        "duckdb/v2_brotli.parquet",
        "duckdb/v2_snappy.parquet",
    ];

    /// <summary>Bytes that reading one damaged file may take; the files are smaller than 10 KB.</summary>
    private const long MostBytes = 32 << 20;

    [Fact]
    public async Task Damaged_files_are_read_or_refused()
    {
        var files = Files.Select(ParquetFiles.Bytes).ToArray();
        var (read, refused) = (0, 0);
        var (slowest, largest) = (TimeSpan.Zero, 0L);
        for (var seed = 0; seed < Mutations; seed++)
        {
            var (started, before) = (Stopwatch.GetTimestamp(), GC.GetTotalAllocatedBytes());
            var isRead = await TryReadAsync(Mutate(files[seed % files.Length], new Random(seed)), seed);
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
            largest = Math.Max(largest, GC.GetTotalAllocatedBytes() - before);
            (read, refused) = isRead ? (read + 1, refused) : (read, refused + 1);
        }

        // Both outcomes must be common, or the mutations test nothing.
        Assert.True(read > Mutations / 20, $"only {read} of {Mutations} were read");
        Assert.True(refused > Mutations / 20, $"only {refused} of {Mutations} were refused");
        Assert.True(slowest < TimeSpan.FromSeconds(10), $"one file took {slowest}");
        Assert.True(largest < MostBytes, $"one file took {largest} bytes");
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        if (random.Next(20) == 0)
        {
            return bytes[..random.Next(bytes.Length)];
        }

        for (var i = random.Next(1, 4); i > 0; i--)
        {
            // The footer is the smaller part and the richer one.
            var position = bytes.Length - 1 - random.Next(random.Next(2) == 0 ? bytes.Length : bytes.Length / 3);
            bytes[position] = random.Next(3) switch
            {
                0 => (byte)(bytes[position] ^ (1 << random.Next(8))),
                1 => (byte)random.Next(256),
                _ => random.Next(2) == 0 ? (byte)0xFF : (byte)0,
            };
        }

        return bytes;
    }

    private static async Task<bool> TryReadAsync(byte[] bytes, int seed)
    {
        try
        {
            var reader = await ParquetFiles.OpenAsync(bytes);
            await foreach (var batch in reader.ReadAsync(reader.ReadableColumns(), seed % 7, MostRows))
            {
                Touch(batch);
            }

            return true;
        }
        catch (ParquetException)
        {
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"seed {seed}: {exception.GetType().Name}", exception);
        }
    }

    private static void Touch(ParquetBatch batch)
    {
        foreach (var column in batch.Columns)
        {
            for (var row = 0; row < batch.RowCount; row += 17)
            {
                if (!column.IsNull(row))
                {
                    column.TryGetText(row, out _);
                }
            }
        }
    }
}
