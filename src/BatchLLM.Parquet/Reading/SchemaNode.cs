using BatchLLM.Parquet.Metadata;

namespace BatchLLM.Parquet.Reading;

/// <summary>A node of the schema tree as the file has it.</summary>
/// <param name="Element">The node.</param>
/// <param name="Children">Empty for a leaf.</param>
internal sealed record SchemaNode(SchemaElement Element, IReadOnlyList<SchemaNode> Children)
{
    /// <summary>True for a value, false for a group.</summary>
    public bool IsLeaf => Element.Type is not null && Children.Count == 0;

    /// <summary>True if the node stands for any number of itself.</summary>
    public bool IsRepeated => Element.Repetition == Repetition.Repeated;

    /// <summary>True if the node is annotated as a list.</summary>
    public bool IsList => Element.ConvertedType == ConvertedType.List || Element.Logical?.Type == LogicalType.List;

    /// <summary>True if the node is annotated as a map; the older annotation was meant for the pairs inside.</summary>
    public bool IsMap => Element.ConvertedType is ConvertedType.Map or ConvertedType.MapKeyValue
        || Element.Logical?.Type == LogicalType.Map;
}
