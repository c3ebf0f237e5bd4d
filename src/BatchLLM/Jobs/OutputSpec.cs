namespace BatchLLM.Jobs;

/// <summary>Where and how completions are written.</summary>
public sealed record OutputSpec
{
    /// <summary>A directory; the job writes parts, errors.jsonl and receipt.json into it.</summary>
    public required string Uri { get; init; }

    /// <summary>JSONL or Parquet.</summary>
    public DataFormat Format { get; init; } = DataFormat.Jsonl;

    /// <summary>Input columns to carry over; the id column is always carried, first.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>True to write the completion's token ids too.</summary>
    public bool TokenIds { get; init; }

    /// <summary>How long it is kept once the job is over; null for as long as the service says, which may be for ever.</summary>
    public TimeSpan? Keep { get; init; }
}
