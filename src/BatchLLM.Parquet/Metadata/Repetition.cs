namespace BatchLLM.Parquet.Metadata;

/// <summary>How often a schema node occurs in its parent (the format's <c>FieldRepetitionType</c>).</summary>
internal enum Repetition
{
    Required = 0,
    Optional = 1,
    Repeated = 2,
    Vector = 3,
}
