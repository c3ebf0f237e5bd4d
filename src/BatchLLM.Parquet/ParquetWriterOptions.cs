namespace BatchLLM.Parquet;

/// <summary>How a file is written. The defaults suit text of some thousand bytes per row.</summary>
public sealed record ParquetWriterOptions
{
    /// <summary>
    /// How pages are compressed. Null for Zstandard, or Snappy where the system lacks its library:
    /// <see cref="ParquetWriter.Compression"/> says which.
    /// </summary>
    public ParquetCompression? Compression { get; init; }

    /// <summary>
    /// Bytes of values after which a row group is written, at most 1 GiB; memory is bounded by about twice as much.
    /// </summary>
    public long RowGroupBytes { get; init; } = 64 << 20;

    /// <summary>Rows after which a row group is written.</summary>
    public int RowGroupRows { get; init; } = 1 << 20;

    /// <summary>Bytes of values after which a page ends, before compression.</summary>
    public int PageBytes { get; init; } = 1 << 20;

    /// <summary>Rows after which a page ends; readers pass over whole pages.</summary>
    public int PageRows { get; init; } = 20_000;

    /// <summary>The program that writes.</summary>
    public string CreatedBy { get; init; } = "BatchLLM";

    /// <summary>The file's own metadata.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> KeyValueMetadata { get; init; } = [];

    /// <summary>Refuses sizes that make no file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or too large.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RowGroupBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RowGroupBytes, 1L << 30);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RowGroupRows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PageBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PageRows);
    }
}
