using BatchLLM.Blobs.Compression;
using BatchLLM.Jobs;

namespace BatchLLM.Blobs;

/// <summary>Which format a file is read or written in.</summary>
public static class DataFormats
{
    private static readonly string[] OtherCompressions = [".bz2", ".xz", ".lz4", ".snappy", ".zip"];

    /// <summary>True if a file's name says that it is compressed as a whole, so that it is read from its start only.</summary>
    public static bool IsCompressed(string uri) => FileCompressions.Of(uri) != FileCompression.None;

    /// <summary>The declared format, or for <see cref="DataFormat.Auto"/> the one that the ending says.</summary>
    /// <exception cref="BatchLLMException">The ending says nothing, or names a compression that is not read.</exception>
    public static DataFormat Resolve(DataFormat declared, string uri)
    {
        if (declared != DataFormat.Auto)
        {
            return declared;
        }

        var isCompressed = IsCompressed(uri);
        var ending = Path.GetExtension(FileCompressions.ContentName(uri)).ToLowerInvariant();
        return ending switch
        {
            ".jsonl" or ".ndjson" or ".json" => DataFormat.Jsonl,
            ".csv" => DataFormat.Csv,
            ".parquet" when !isCompressed => DataFormat.Parquet,
            ".parquet" => throw new BatchLLMException(
                $"{uri} is Parquet compressed as a whole, which hides its index; decompress it first."),
            _ when OtherCompressions.Contains(ending) => throw new BatchLLMException(
                $"{uri} is compressed ({ending}); expected a plain file, .gz or .zst: decompress it first."),
            _ => throw new BatchLLMException(
                $"The name of {uri} does not say its format; expected .jsonl, .ndjson, .json, .csv or .parquet" +
                $"{(isCompressed ? " before the last ending" : "")}: rename it, or set the format in the job file."),
        };
    }
}
