using BatchLLM.Blobs.Jsonl;
using BatchLLM.Blobs.Parquet;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Blobs;

/// <summary>Chooses the writer of a format.</summary>
public static class RowWriters
{
    /// <summary>A writer of completed rows to a stream that stays the caller's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format is not resolved.</exception>
    public static IRowWriter Create(DataFormat format, Stream stream, OutputColumns columns) => format switch
    {
        DataFormat.Jsonl => new JsonlRowWriter(stream, columns),
        DataFormat.Parquet => new ParquetRowWriter(stream, columns),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Expected a resolved format."),
    };
}
