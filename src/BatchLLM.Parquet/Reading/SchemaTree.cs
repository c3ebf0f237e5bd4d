using BatchLLM.Parquet.Metadata;
using BatchLLM.Parquet.Schemas;

namespace BatchLLM.Parquet.Reading;

/// <summary>Turns the footer's flattened schema tree into columns.</summary>
internal sealed class SchemaTree(string file, IReadOnlyList<SchemaElement> elements)
{
    private const int MaxDepth = 64;

    private readonly List<ParquetColumnSchema> _leaves = [];
    private int _next;

    /// <summary>Walks the tree.</summary>
    /// <exception cref="ParquetException">The elements are not a tree.</exception>
    public ParquetSchema Read()
    {
        if (elements.Count == 0)
        {
            throw Damaged("has no root");
        }

        var root = elements[_next++];
        ReadChildren(root.ChildCount, prefix: "", refusal: null, depth: 1);
        return _next == elements.Count
            ? new ParquetSchema(file, _leaves)
            : throw Damaged($"has {elements.Count} elements, of which {_next} belong to the tree");
    }

    private void ReadChildren(int count, string prefix, string? refusal, int depth)
    {
        if (count < 0 || count > elements.Count - _next || depth > MaxDepth)
        {
            throw Damaged(
                $"has a group of {count} children at depth {depth} with {elements.Count - _next} elements left");
        }

        for (var i = 0; i < count; i++)
        {
            ReadNode(prefix, refusal, depth);
        }
    }

    private void ReadNode(string prefix, string? refusal, int depth)
    {
        if (_next >= elements.Count)
        {
            throw Damaged("ends inside a group");
        }

        var element = elements[_next++];
        var path = prefix + element.Name;
        if (element.Type is { } type && element.ChildCount == 0)
        {
            AddLeaf(element, path, refusal ?? Refuse(element, type));
        }
        else
        {
            ReadChildren(element.ChildCount, path + '.', refusal ?? Nested(element, path), depth + 1);
        }
    }

    private void AddLeaf(SchemaElement element, string path, string? refusal)
    {
        if (element.Type == ParquetPhysicalType.FixedLengthByteArray && element.TypeLength <= 0)
        {
            throw Damaged($"gives column '{path}' values of {element.TypeLength} bytes");
        }

        var isOptional = element.Repetition != Repetition.Required;
        _leaves.Add(new ParquetColumnSchema(path, AnnotatedType.Resolve(element), isOptional)
        {
            LeafIndex = _leaves.Count,
            Refusal = refusal,
        });
    }

    private static string Nested(SchemaElement group, string path)
    {
        var kind = group.ConvertedType switch
        {
            ConvertedType.List => "list",
            ConvertedType.Map or ConvertedType.MapKeyValue => "map",
            _ => group.Logical?.Type switch
            {
                LogicalType.List => "list",
                LogicalType.Map => "map",
                _ => "group",
            },
        };
        return $"is nested in the {kind} '{path}'; only flat columns are supported yet";
    }

    private static string? Refuse(SchemaElement element, ParquetPhysicalType type) => element switch
    {
        _ when !Enum.IsDefined(type) => $"has the unknown physical type {(int)type}; not supported yet",
        { Repetition: Repetition.Required or Repetition.Optional } => null,
        { Repetition: null } => "does not say whether it repeats; only flat columns are supported yet",
        _ => $"is repeated ({element.Repetition}); only flat columns are supported yet",
    };

    private ParquetException Damaged(string found) =>
        new($"{file}: the schema {found}. The file is damaged; write or copy it again.");
}
