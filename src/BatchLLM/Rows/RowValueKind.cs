namespace BatchLLM.Rows;

/// <summary>What a <see cref="RowValue"/> holds.</summary>
public enum RowValueKind
{
    /// <summary>No value: JSON null or a Parquet null.</summary>
    Null,

    /// <summary>Text.</summary>
    Text,

    /// <summary>A 64-bit signed integer.</summary>
    Integer,

    /// <summary>A double.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Any other JSON: an object, an array, or a number that fits neither of the above without loss.</summary>
    Json,
}
