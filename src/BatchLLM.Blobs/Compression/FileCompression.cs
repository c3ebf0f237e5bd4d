namespace BatchLLM.Blobs.Compression;

/// <summary>How a file is compressed as a whole.</summary>
internal enum FileCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>gzip (RFC 1952), of any number of members.</summary>
    Gzip,

    /// <summary>Zstandard (RFC 8878), of any number of frames.</summary>
    Zstandard,
}
