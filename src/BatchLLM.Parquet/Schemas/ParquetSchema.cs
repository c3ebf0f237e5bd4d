namespace BatchLLM.Parquet.Schemas;

/// <summary>The fields of a file, in file order.</summary>
public sealed class ParquetSchema
{
    private readonly string _file;

    internal ParquetSchema(
        string file, IReadOnlyList<ParquetField> fields, IReadOnlyList<ParquetColumnSchema> columns) =>
        (_file, Fields, Columns) = (file, fields, columns);

    /// <summary>What each row holds, also what is not read here.</summary>
    public IReadOnlyList<ParquetField> Fields { get; }

    /// <summary>Every leaf of the tree of fields, as each row group holds them.</summary>
    public IReadOnlyList<ParquetColumnSchema> Columns { get; }

    /// <summary>
    /// Finds a field by its exact name, or a member of a struct by its path with dots between: <c>user.name</c>.
    /// </summary>
    /// <exception cref="ParquetException">There is none, or two, or it is of a kind that is not read here.</exception>
    public ParquetField Find(string name)
    {
        var found = FindAll(name).ToList();
        if (found.Count == 0)
        {
            throw new ParquetException(
                FindList(Fields, name) is { } list
                    ? $"{_file}: '{name}' is inside the {list.Shape.ToString().ToLowerInvariant()} '{list.Name}', which "
                        + "is read as a whole: ask for it."
                    : $"{_file}: there is no column '{name}'; the columns are {Names()}.");
        }

        if (found.FirstOrDefault(field => field.Refusal is not null) is { } refused)
        {
            throw new ParquetException($"{_file}: column '{name}' {refused.Refusal}.", isUnsupported: true);
        }

        return found.Count == 1
            ? found[0]
            : throw new ParquetException($"{_file}: {found.Count} columns are named '{name}'; rename all but one.");
    }

    /// <summary>The fields that a name or path could mean, in file order: none, one, or several of one name.</summary>
    public IEnumerable<ParquetField> FindAll(string name) => FindAll(Fields, name);

    /// <summary>True if a path leads into a list or map, whose elements are not columns.</summary>
    public bool IsInsideList(string path) => FindList(Fields, path) is not null;

    private static IEnumerable<ParquetField> FindAll(IReadOnlyList<ParquetField> fields, string name)
    {
        // A name may hold dots of its own: the whole name comes before any path.
        var named = fields.Where(field => field.Name == name).ToList();
        return named.Count > 0
            ? named
            : fields.Where(field => field.Shape == ParquetShape.Struct && Leads(field, name))
                .SelectMany(field => FindAll(field.Children, name[(field.Name.Length + 1)..]));
    }

    private static ParquetField? FindList(IReadOnlyList<ParquetField> fields, string name)
    {
        var leading = fields.FirstOrDefault(field => Leads(field, name));
        return leading switch
        {
            { Shape: ParquetShape.List or ParquetShape.Map } => leading,
            { Shape: ParquetShape.Struct } => FindList(leading.Children, name[(leading.Name.Length + 1)..]),
            _ => null,
        };
    }

    private static bool Leads(ParquetField field, string path) =>
        path.Length > field.Name.Length && path[field.Name.Length] == '.'
        && path.StartsWith(field.Name, StringComparison.Ordinal);

    private string Names()
    {
        const int Shown = 20;
        var names = string.Join(", ", Fields.Take(Shown).Select(field => $"'{field.Name}'"));
        return Fields.Count > Shown ? $"{names} and {Fields.Count - Shown} more" : names;
    }
}
