namespace BatchLLM.Tests.Parquet.Nested;

/// <summary>How a node of a random schema is written.</summary>
internal enum NodeForm
{
    Text,
    Number,
    Struct,

    /// <summary>Group, repeated group, element.</summary>
    List,

    /// <summary>Group, repeated element.</summary>
    TwoLevelList,

    /// <summary>A repeated element alone.</summary>
    BareList,
    Map,
}
