namespace BatchLLM.Jobs;

/// <summary>File formats of inputs and outputs.</summary>
public enum DataFormat
{
    /// <summary>
    /// By the file name's ending: .jsonl, .ndjson or .json, .csv, and .parquet. A text format may have .gz or .zst behind it.
    /// </summary>
    Auto,

    /// <summary>One JSON object a line.</summary>
    Jsonl,

    /// <summary>Apache Parquet.</summary>
    Parquet,

    /// <summary>Comma-separated values with a header, all of them text; for inputs only.</summary>
    Csv,
}
