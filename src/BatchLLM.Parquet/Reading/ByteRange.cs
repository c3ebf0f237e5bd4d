namespace BatchLLM.Parquet.Reading;

/// <summary>A part of the file.</summary>
/// <param name="Start">Its first byte, counted from the start of the file.</param>
/// <param name="End">The byte behind its last one.</param>
internal readonly record struct ByteRange(long Start, long End)
{
    /// <summary>Bytes.</summary>
    public long Length => End - Start;

    /// <summary>True if all of another part lies in this one.</summary>
    public bool Contains(ByteRange other) => Start <= other.Start && other.End <= End;
}
