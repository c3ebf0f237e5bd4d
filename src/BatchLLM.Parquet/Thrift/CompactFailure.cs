namespace BatchLLM.Parquet.Thrift;

/// <summary>Why a <see cref="CompactReader"/> stopped.</summary>
internal enum CompactFailure
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>A value reaches past the last byte; with more bytes it may be whole.</summary>
    Truncated,

    /// <summary>The bytes do not follow the protocol, or a value has another type than its field has.</summary>
    Malformed,

    /// <summary>Structures are nested deeper than <see cref="CompactReader.MaxDepth"/>.</summary>
    TooDeep,
}
