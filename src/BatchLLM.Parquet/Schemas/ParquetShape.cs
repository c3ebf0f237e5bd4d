namespace BatchLLM.Parquet.Schemas;

/// <summary>What a <see cref="ParquetField"/> holds in each of its places.</summary>
public enum ParquetShape
{
    /// <summary>One value.</summary>
    Value,

    /// <summary>One of each of its children.</summary>
    Struct,

    /// <summary>Any number of its only child.</summary>
    List,

    /// <summary>Any number of pairs of its two children, the key and the value.</summary>
    Map,
}
