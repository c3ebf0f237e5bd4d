using BatchLLM.Jobs;

namespace BatchLLM.Blobs;

/// <summary>Which format a file is read or written in.</summary>
public static class DataFormats
{
    private static readonly string[] CompressedEndings = [".gz", ".zst", ".bz2", ".xz", ".lz4", ".snappy", ".zip"];

    /// <summary>The declared format, or for <see cref="DataFormat.Auto"/> the one that the ending says.</summary>
    /// <exception cref="BatchLLMException">The ending says nothing, or names a compression.</exception>
    public static DataFormat Resolve(DataFormat declared, string uri)
    {
        if (declared != DataFormat.Auto)
        {
            return declared;
        }

        var ending = Path.GetExtension(uri).ToLowerInvariant();
        return ending switch
        {
            ".jsonl" or ".ndjson" or ".json" => DataFormat.Jsonl,
            ".parquet" => DataFormat.Parquet,
            _ when CompressedEndings.Contains(ending) => throw new BatchLLMException(
                $"{uri} is compressed ({ending}); expected a plain file: decompress it first."),
            _ => throw new BatchLLMException(
                $"The name of {uri} does not say its format; expected .jsonl, .ndjson, .json or .parquet: " +
                "rename it, or set the format in the job file."),
        };
    }
}
