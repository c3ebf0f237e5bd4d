using BatchLLM.Parquet.Metadata;

namespace BatchLLM.Parquet.Reading;

/// <summary>Turns the footer's flattened schema back into a tree.</summary>
internal sealed class SchemaTree(string file, IReadOnlyList<SchemaElement> elements)
{
    private const int MaxDepth = 64;

    private int _next;

    /// <summary>Walks the elements.</summary>
    /// <returns>The nodes under the root.</returns>
    /// <exception cref="ParquetException">The elements are not a tree.</exception>
    public IReadOnlyList<SchemaNode> Read()
    {
        if (elements.Count == 0)
        {
            throw Damaged("has no root");
        }

        var root = elements[_next++];
        var nodes = ReadChildren(root.ChildCount, depth: 1);
        return _next == elements.Count
            ? nodes
            : throw Damaged($"has {elements.Count} elements, of which {_next} belong to the tree");
    }

    private List<SchemaNode> ReadChildren(int count, int depth)
    {
        if (count < 0 || count > elements.Count - _next || depth > MaxDepth)
        {
            throw Damaged(
                $"has a group of {count} children at depth {depth} with {elements.Count - _next} elements left");
        }

        var nodes = new List<SchemaNode>(count);
        for (var i = 0; i < count; i++)
        {
            nodes.Add(ReadNode(depth));
        }

        return nodes;
    }

    private SchemaNode ReadNode(int depth)
    {
        if (_next >= elements.Count)
        {
            throw Damaged("ends inside a group");
        }

        var element = elements[_next++];
        return new SchemaNode(element, ReadChildren(element.ChildCount, depth + 1));
    }

    private ParquetException Damaged(string found) =>
        new($"{file}: the schema {found}. The file is damaged; write or copy it again.");
}
