namespace BatchLLM.Parquet;

/// <summary>
/// The bytes of one Parquet file, read at random: a local file, a blob read by ranges, memory. It must not change while
/// it is read. One reader never issues two reads at once.
/// </summary>
public interface IParquetSource
{
    /// <summary>Size in bytes.</summary>
    long Length { get; }

    /// <summary>Fills the whole buffer with the bytes that start at an offset.</summary>
    /// <param name="offset">Position of the first byte, in bytes from the start of the file.</param>
    /// <param name="buffer">Filled completely; never reaches past <see cref="Length"/>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    ValueTask ReadExactlyAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);
}
