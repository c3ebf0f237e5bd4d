namespace BatchLLM.Jobs;

/// <summary>File formats of inputs and outputs.</summary>
public enum DataFormat
{
    /// <summary>By the file name's ending: .jsonl, .ndjson or .json, and .parquet.</summary>
    Auto,

    /// <summary>One JSON object a line.</summary>
    Jsonl,

    /// <summary>Apache Parquet.</summary>
    Parquet,
}
