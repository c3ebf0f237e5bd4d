using System.Diagnostics;
using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Tests.Parquet.Nested;
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

    private const int MadeFiles = 20;

    /// <summary>How many files to damage instead, for runs by hand.</summary>
    private const string Variable = "BATCHLLM_FUZZ_FILES";

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
        "apache/datapage_v2.snappy.parquet",
        "apache/list_columns.parquet",
        "apache/nested_lists.snappy.parquet",
        "apache/nested_maps.snappy.parquet",
        "apache/nonnullable.impala.parquet",
        "apache/nullable.impala.parquet",
        "apache/nulls.snappy.parquet",
        "apache/old_list_structure.parquet",
        "apache/repeated_no_annotation.parquet",
        "apache/repeated_primitive_no_list.parquet",
        "duckdb/chats.parquet",
        "duckdb/nested_v2_zstd.parquet",
        "duckdb/v2_brotli.parquet",
        "duckdb/v2_snappy.parquet",
    ];

    /// <summary>
    /// Bytes that reading one damaged file may take; the files are smaller than 10 KB. The largest row that is read of
    /// nested values takes most of it, in arrays that grow by doubling.
    /// </summary>
    private const long MostBytes = 256 << 20;

    [Fact]
    public async Task Damaged_files_are_read_or_refused()
    {
        // Besides them, files whose levels no compression hides from the damage.
        var made = Enumerable.Range(0, MadeFiles).Select(seed => new RandomNesting(seed, mostRows: 30).Bytes);
        var files = Files.Select(ParquetFiles.Bytes).Concat(made).ToArray();
        var mutations = int.TryParse(Environment.GetEnvironmentVariable(Variable), out var asked) ? asked : Mutations;
        var (read, refused) = (0, 0);
        var (slowest, largest) = (TimeSpan.Zero, 0L);
        for (var seed = 0; seed < mutations; seed++)
        {
            var (started, before) = (Stopwatch.GetTimestamp(), GC.GetTotalAllocatedBytes());
            var isRead = await TryReadAsync(Mutate(files, seed % files.Length, new Random(seed)), seed);
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
            largest = Math.Max(largest, GC.GetTotalAllocatedBytes() - before);
            (read, refused) = isRead ? (read + 1, refused) : (read, refused + 1);
        }

        // Both outcomes must be common, or the mutations test nothing.
        Assert.True(read > mutations / 20, $"only {read} of {mutations} were read");
        Assert.True(refused > mutations / 20, $"only {refused} of {mutations} were refused");
        Assert.True(slowest < TimeSpan.FromSeconds(10), $"one file took {slowest}");
        Assert.True(largest < MostBytes, $"one file took {largest} bytes");
    }

    private static byte[] Mutate(byte[][] files, int file, Random random)
    {
        var bytes = (byte[])files[file].Clone();
        switch (random.Next(20))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1 or 2:
                Splice(files[random.Next(2) == 0 ? file : random.Next(files.Length)], bytes, random);
                return bytes;
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

    /// <summary>Pages, levels and footers of one place get into another.</summary>
    private static void Splice(byte[] source, byte[] target, Random random)
    {
        var length = random.Next(1, Math.Min(source.Length, target.Length) / 2);
        source.AsSpan(random.Next(source.Length - length), length).CopyTo(target.AsSpan(random.Next(target.Length - length)));
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
                Touch(column, row);
            }
        }
    }

    private static void Touch(ParquetColumn column, int row)
    {
        if (column.IsNull(row))
        {
            return;
        }

        switch (column.Field.Shape)
        {
            case ParquetShape.Value:
                column.TryGetText(row, out _);
                break;
            case ParquetShape.Struct:
                column.Children.ToList().ForEach(child => Touch(child, row));
                break;
            default:
                // The first and the last element, which are there.
                var elements = column.GetElements(row);
                foreach (var child in elements.Start.Value == elements.End.Value ? [] : column.Children)
                {
                    Touch(child, elements.Start.Value);
                    Touch(child, elements.End.Value - 1);
                }

                break;
        }
    }
}
