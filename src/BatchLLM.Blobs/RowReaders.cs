using System.Collections.Concurrent;
using BatchLLM.Blobs.Csv;
using BatchLLM.Blobs.Jsonl;
using BatchLLM.Blobs.Parquet;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Blobs;

/// <summary>Chooses the reader of a format.</summary>
/// <param name="store">Where files live.</param>
public sealed class RowReaders(IBlobSource store)
{
    private readonly ConcurrentDictionary<DataFormat, IRowReader> _readers = [];

    /// <summary>
    /// The reader of a format, the same for each call: of compressed files, it remembers how far they are decompressed.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is not resolved.</exception>
    public IRowReader Of(DataFormat format) => _readers.GetOrAdd(format, For, store);

    /// <summary>A reader over a store's files, which adds the columns of their paths (<see cref="HivePartitions"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is not resolved.</exception>
    public static IRowReader For(DataFormat format, IBlobSource store) => new PartitionedRowReader(OfFiles(format, store));

    private static IRowReader OfFiles(DataFormat format, IBlobSource store) => format switch
    {
        DataFormat.Jsonl => new JsonlRowReader(store),
        DataFormat.Csv => new CsvRowReader(store),
        DataFormat.Parquet => new ParquetRowReader(store),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Expected a resolved format."),
    };
}
