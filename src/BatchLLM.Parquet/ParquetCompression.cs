namespace BatchLLM.Parquet;

/// <summary>How a writer compresses pages.</summary>
public enum ParquetCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Snappy: fast, and known to every reader.</summary>
    Snappy,

    /// <summary>Gzip: smaller and slower.</summary>
    Gzip,

    /// <summary>Zstandard, by the system's own library: as small as gzip and much faster.</summary>
    Zstandard,
}
