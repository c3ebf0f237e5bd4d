using BatchLLM.Parquet;
using BatchLLM.Parquet.Schemas;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Parquet;

/// <summary>
/// The columns that the kinds of row values do not describe, and that all input files have in the same form, which the output
/// then has too: lists, maps and structs; decimals, days, times, timestamps, intervals, UUIDs, unsigned integers of 64 bits and
/// JSON documents, alone or in these. Values of other types in lists, maps and structs are truth values, integers,
/// floating-point numbers of the input's width or text.
/// </summary>
public sealed class TypedColumns
{
    private const int MostDigits = 38;

    private readonly Dictionary<string, ParquetFieldSchema> _fields;

    private TypedColumns(Dictionary<string, ParquetFieldSchema> fields) => _fields = fields;

    /// <summary>No such columns: what is nested is JSON, and all else of the kinds that row values have.</summary>
    public static TypedColumns None { get; } = new([]);

    /// <summary>Finds them by the files' schemas.</summary>
    /// <param name="store">Holds the files.</param>
    /// <param name="uris">The files, all Parquet; at least one.</param>
    /// <param name="names">
    /// Names of columns, or paths of members of structs; others are passed over, and so are columns of the files' paths, which
    /// hide those of the files.
    /// </param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="BatchLLMException">A file is missing or not Parquet.</exception>
    public static async ValueTask<TypedColumns> SharedAsync(
        IBlobSource store, IEnumerable<string> uris, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        Dictionary<string, ParquetFieldSchema>? shared = null;
        foreach (var uri in uris)
        {
            var own = await OfFileAsync(store, uri, names, cancellationToken);
            shared = shared is null ? own : Intersect(shared, own);
        }

        return new TypedColumns(shared ?? []);
    }

    /// <summary>The form of a column; null if its kind is all there is to say, or it is not in all files alike.</summary>
    internal ParquetFieldSchema? Find(string name) => _fields.GetValueOrDefault(name);

    private static async ValueTask<Dictionary<string, ParquetFieldSchema>> OfFileAsync(
        IBlobSource store, string uri, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        await using var stream = await store.OpenReadAsync(uri, cancellationToken);
        var file = await ParquetFailure.TranslateAsync(
            new ValueTask<ParquetReader>(RangedParquetSource.OpenAsync(stream, uri, cancellationToken)), uri);
        return names
            .Except(HivePartitions.Of(uri).Keys)
            .Select(name => (Name: name, Fields: file.Schema.FindAll(name).ToList()))
            .Where(found => found.Fields is [{ Refusal: null } field] && (field.Shape != ParquetShape.Value || IsShown(field)))
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

    /// <summary>True for values that a row has as text, and that are not written as text.</summary>
    private static bool IsShown(ParquetField field) => ValueType(field.Column!.Type).Kind is ParquetValueKind.Decimal
        or ParquetValueKind.Date or ParquetValueKind.Time or ParquetValueKind.Timestamp or ParquetValueKind.Interval
        or ParquetValueKind.Uuid or ParquetValueKind.UnsignedInteger or ParquetValueKind.Json;

    private static bool HasOwnNames(ParquetField field) =>
        field.Children.DistinctBy(child => child.Name).Count() == field.Children.Count;

    private static ParquetColumnType ValueType(ParquetColumnType type) => type switch
    {
        { Kind: ParquetValueKind.Boolean } => ParquetColumnType.Boolean,
        { Kind: ParquetValueKind.Integer, Physical: ParquetPhysicalType.Int32, IsUnsigned: false } => ParquetColumnType.Int32,
        { Kind: ParquetValueKind.Integer } => ParquetColumnType.Int64,
        { Kind: ParquetValueKind.Real, Physical: ParquetPhysicalType.Double } => ParquetColumnType.Double,
        { Kind: ParquetValueKind.Real } => ParquetColumnType.Float,
        { Kind: ParquetValueKind.Decimal } => DecimalType(type),
        { Kind: ParquetValueKind.Date } => ParquetColumnType.Date,
        { Kind: ParquetValueKind.Json } => ParquetColumnType.Json,
        { Kind: ParquetValueKind.Time or ParquetValueKind.Timestamp or ParquetValueKind.Interval } => type,
        { Kind: ParquetValueKind.Uuid or ParquetValueKind.UnsignedInteger } => type,
        _ => ParquetColumnType.Text,
    };

    /// <summary>Bytes of any number take no more than those of a length that all have; few readers know more digits.</summary>
    private static ParquetColumnType DecimalType(ParquetColumnType type) => type switch
    {
        { Precision: > MostDigits } => ParquetColumnType.Text,
        { Physical: ParquetPhysicalType.FixedLengthByteArray } =>
            type with { Physical = ParquetPhysicalType.ByteArray, Length = 0 },
        _ => type,
    };

    /// <summary>
    /// In JSON a key is text, from which an integer comes back as it was, and what is text in a row too; that of a null, which
    /// the format forbids, does not.
    /// </summary>
    private static ParquetColumnType KeyType(ParquetField key) =>
        key is { IsOptional: false, Column.Type: { } type } && (type.Kind == ParquetValueKind.Integer || IsShown(key))
            ? ValueType(type)
            : ParquetColumnType.Text;
}
