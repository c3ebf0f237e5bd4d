using BatchLLM.Blobs.Parquet;
using BatchLLM.Rows;

namespace BatchLLM.Blobs;

/// <summary>The columns of an output file: those carried over from the input, in order, then ours.</summary>
public sealed record OutputColumns
{
    internal const string Completion = "completion";
    internal const string FinishReason = "finish_reason";
    internal const string PromptTokens = "prompt_tokens";
    internal const string CompletionTokens = "completion_tokens";
    internal const string TokenIdsName = "token_ids";
    internal const string Error = "error";
    internal const string ErrorCode = "error_code";
    internal const string ErrorMessage = "error_message";

    /// <summary>Checks and keeps the columns.</summary>
    /// <param name="carried">Names of the carried input columns, the id first if there is one.</param>
    /// <param name="tokenIds">True to write the completion's token ids too.</param>
    /// <param name="kinds">
    /// What carried columns give by the input's schema (<see cref="ParquetRowReader.KindsAsync"/>), so that a column
    /// has one type in all parts; null if the input has none.
    /// </param>
    /// <exception cref="ArgumentException">A carried name is reserved or stands twice.</exception>
    public OutputColumns(
        IReadOnlyList<string> carried, bool tokenIds, IReadOnlyDictionary<string, RowValueKind>? kinds = null)
    {
        var seen = new HashSet<string>(Reserved);
        foreach (var name in carried)
        {
            if (!seen.Add(name))
            {
                throw new ArgumentException($"The column '{name}' is reserved or stands twice.", nameof(carried));
            }
        }

        (Carried, TokenIds, Kinds) = (carried, tokenIds, kinds ?? new Dictionary<string, RowValueKind>());
    }

    /// <summary>
    /// Names that the output gives to its own columns, in either format; no carried column may have one.
    /// </summary>
    public static IReadOnlySet<string> Reserved { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        Completion, FinishReason, PromptTokens, CompletionTokens, TokenIdsName, Error, ErrorCode, ErrorMessage,
    };

    /// <summary>Names of the carried input columns, in order.</summary>
    public IReadOnlyList<string> Carried { get; }

    /// <summary>True if the completion's token ids are written too.</summary>
    public bool TokenIds { get; }

    /// <summary>What columns give by the input's schema; empty if it has none.</summary>
    public IReadOnlyDictionary<string, RowValueKind> Kinds { get; }

    /// <summary>
    /// Lists, maps, structs, decimals and times among the carried columns, which formats with such columns write as what they
    /// are; JSON and text where there are none.
    /// </summary>
    public TypedColumns Typed { get; init; } = TypedColumns.None;

    /// <summary>Where the rows come from, for formats with room for notes beside them, as Parquet has.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Origin { get; init; } = [];

    /// <summary>A row's value of a carried column; null if the row lacks it, as an unreadable row does.</summary>
    internal RowValue CarriedValue(CompletedRow row, int index)
    {
        var name = Carried[index];
        return index < row.Carried.Count && row.Carried[index].Key == name
            ? row.Carried[index].Value
            : row.Carried.FirstOrDefault(column => column.Key == name).Value; // the default holds the absent value
    }
}
