using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Parquet;

/// <summary>
/// The lists, maps and structs that all input files have in the same form, which the output then has too. Their values are
/// truth values, integers, floating-point numbers of the input's width or text: what a column of its own would be.
/// </summary>
public sealed class NestedColumns
{
    private readonly Dictionary<string, ParquetFieldSchema> _fields;

    private NestedColumns(Dictionary<string, ParquetFieldSchema> fields) => _fields = fields;

    /// <summary>No such columns: what is nested is JSON text.</summary>
    public static NestedColumns None { get; } = new([]);

    /// <summary>Finds them by the files' schemas.</summary>
    /// <param name="store">Holds the files.</param>
    /// <param name="uris">The files, all Parquet; at least one.</param>
    /// <param name="names">Names of columns, or paths of members of structs; those that are not nested are passed over.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="BatchLLMException">A file is missing or not Parquet.</exception>
    public static async ValueTask<NestedColumns> SharedAsync(
        IBlobStore store, IEnumerable<string> uris, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        Dictionary<string, ParquetFieldSchema>? shared = null;
        foreach (var uri in uris)
        {
            var own = await OfFileAsync(store, uri, names, cancellationToken);
            shared = shared is null ? own : Intersect(shared, own);
        }

        return new NestedColumns(shared ?? []);
    }

    /// <summary>The form of a column; null if it is not nested, or not in all files alike.</summary>
    internal ParquetFieldSchema? Find(string name) => _fields.GetValueOrDefault(name);

    private static async ValueTask<Dictionary<string, ParquetFieldSchema>> OfFileAsync(
        IBlobStore store, string uri, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(uri, cancellationToken);
        var file = await ParquetFailure.TranslateAsync(
            new ValueTask<ParquetReader>(ParquetReader.OpenAsync(stream, uri, cancellationToken)), uri);
        return names
            .Select(name => (Name: name, Fields: file.Schema.FindAll(name).ToList()))
            .Where(found => found.Fields is [{ Refusal: null, Shape: not ParquetShape.Value }])
            .ToDictionary(found => found.Name, found => Form(found.Name, found.Fields[0]));
    }

    private static Dictionary<string, ParquetFieldSchema> Intersect(
        Dictionary<string, ParquetFieldSchema> first, Dictionary<string, ParquetFieldSchema> second) => first
        .Where(field => second.TryGetValue(field.Key, out var other) && other.ToString() == field.Value.ToString())
        .ToDictionary();

    /// <summary>All but keys may be null: what JSON cannot hold, as NaN, becomes null on its way.</summary>
    private static ParquetFieldSchema Form(string name, ParquetField field) => field.Shape switch
    {
        ParquetShape.Struct when HasOwnNames(field) =>
            ParquetFieldSchema.Struct(name, [.. field.Children.Select(child => Form(child.Name, child))]),
        ParquetShape.List => ParquetFieldSchema.List(name, Form("element", field.Children[0])),
        ParquetShape.Map => ParquetFieldSchema.Map(
            name, ParquetFieldSchema.Value("key", KeyType(field.Children[0])), Form("value", field.Children[1])),
        ParquetShape.Value => ParquetFieldSchema.Value(name, ValueType(field.Column!.Type)),
        _ => ParquetFieldSchema.Value(name, ParquetColumnType.Text),
    };

    private static bool HasOwnNames(ParquetField field) =>
        field.Children.DistinctBy(child => child.Name).Count() == field.Children.Count;

    private static ParquetColumnType ValueType(ParquetColumnType type) => type switch
    {
        { Kind: ParquetValueKind.Boolean } => ParquetColumnType.Boolean,
        { Kind: ParquetValueKind.Integer, Physical: ParquetPhysicalType.Int32, IsUnsigned: false } => ParquetColumnType.Int32,
        { Kind: ParquetValueKind.Integer } => ParquetColumnType.Int64,
        { Kind: ParquetValueKind.Real, Physical: ParquetPhysicalType.Double } => ParquetColumnType.Double,
        { Kind: ParquetValueKind.Real } => ParquetColumnType.Float,
        _ => ParquetColumnType.Text,
    };

    /// <summary>
    /// In JSON a key is text, from which an integer comes back as it was; that of a null, which the format forbids, does not.
    /// </summary>
    private static ParquetColumnType KeyType(ParquetField key) =>
        key is { IsOptional: false, Column.Type: { Kind: ParquetValueKind.Integer } type }
            ? ValueType(type)
            : ParquetColumnType.Text;
}
