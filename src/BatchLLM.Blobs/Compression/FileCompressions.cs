namespace BatchLLM.Blobs.Compression;

/// <summary>Compression as a file's name says it.</summary>
internal static class FileCompressions
{
    /// <summary>By the last ending.</summary>
    public static FileCompression Of(string uri) =>
        uri.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? FileCompression.Gzip
        : uri.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? FileCompression.Zstandard
        : FileCompression.None;

    /// <summary>The name without the ending of a compression that is read.</summary>
    public static string ContentName(string uri) =>
        Of(uri) == FileCompression.None ? uri : uri[..uri.LastIndexOf('.')];
}
