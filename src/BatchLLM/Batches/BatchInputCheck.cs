using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Batches;

/// <summary>
/// Finds what is wrong with a batch's input as a whole, in one pass over its lines. What is wrong with a single request's body
/// fails that request when it is run, and no other.
/// </summary>
/// <param name="endpoint">The url that every request must have.</param>
/// <param name="hasModel">True for the name of a model that is there.</param>
/// <param name="scratch">Room for the ids.</param>
/// <param name="likelyRows">How many requests to expect.</param>
public sealed class BatchInputCheck(string endpoint, Func<string, bool> hasModel, IScratch scratch, long likelyRows)
{
    /// <summary>Faults that are listed at most: enough to mend a file by.</summary>
    public const int MostFaults = 100;

    private readonly List<BatchFault> _faults = [];
    private readonly DuplicateFinder _ids = new(scratch, likelyRows);
    private bool _modelIsThere;

    /// <summary>What of a line is looked at.</summary>
    public static IReadOnlySet<string> Columns { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "custom_id", "method", "url", "body.model" };

    /// <summary>The model of the first request that names one; null before.</summary>
    public string? Model { get; private set; }

    /// <summary>Lines so far that are not blank.</summary>
    public long RequestCount { get; private set; }

    /// <summary>True once so much is wrong that nothing more is listed.</summary>
    public bool IsHopeless => _faults.Count >= MostFaults;

    /// <summary>Takes the next line.</summary>
    public void Add(Row row)
    {
        ArgumentNullException.ThrowIfNull(row);
        RequestCount++;
        if (FaultOf(row) is { } fault)
        {
            _faults.Add(fault);
        }

        if (row.Columns.GetValueOrDefault("custom_id") is { Kind: RowValueKind.Text } id)
        {
            _ids.Add(DuplicateIds.KeyOf(file: 0, row.Location.RowNumber, row.Location.LineNumber ?? 0, id.Text));
        }
    }

    /// <summary>Everything that is wrong, by line; empty for a good input.</summary>
    public IReadOnlyList<BatchFault> Complete()
    {
        if (RequestCount == 0)
        {
            return [new BatchFault(null, "empty_file", "The input file has no request; expected one a line.", null)];
        }

        var repeated = _ids.Find().Take(MostFaults).Select(pair => new BatchFault(
            Narrow(pair.Row.Line),
            "duplicate_custom_id",
            FormattableString.Invariant($"Line {pair.First.Line} has the same custom_id; expected unique ones."),
            "custom_id"));
        return [.. _faults.Concat(repeated).OrderBy(fault => fault.Line).Take(MostFaults)];
    }

    private BatchFault? FaultOf(Row row) => row.Error is { } error
        ? new BatchFault(LineOf(row), "invalid_json_line", error.Message, null)
        : FaultOfText(row, "custom_id") ?? FaultOfMethod(row) ?? FaultOfUrl(row) ?? FaultOfText(row, "body.model") ?? FaultOfModel(row);

    private static BatchFault? FaultOfText(Row row, string name) => row.Columns.GetValueOrDefault(name) switch
    {
        { IsNull: true } => new BatchFault(LineOf(row), "missing_required_parameter", $"'{name}' is missing; expected a text.", name),
        { Kind: not RowValueKind.Text } => new BatchFault(LineOf(row), "invalid_type", $"'{name}' is no text; expected one.", name),
        { Text.Length: 0 } => new BatchFault(LineOf(row), "invalid_value", $"'{name}' is empty; expected a text.", name),
        _ => null,
    };

    private static BatchFault? FaultOfMethod(Row row) => row.Columns.GetValueOrDefault("method").ToString() == "POST"
        ? null
        : new BatchFault(LineOf(row), "invalid_method", "'method' is not POST; expected POST.", "method");

    private BatchFault? FaultOfUrl(Row row) => row.Columns.GetValueOrDefault("url").ToString() == endpoint
        ? null
        : new BatchFault(LineOf(row), "invalid_url", $"'url' is not the batch's endpoint; expected {endpoint}.", "url");

    private BatchFault? FaultOfModel(Row row)
    {
        var name = row.Columns["body.model"].Text;
        if (Model is null)
        {
            (Model, _modelIsThere) = (name, hasModel(name));
        }

        return name != Model
            ? new BatchFault(
                LineOf(row), "mismatched_model", "The model is not that of the first request; expected one model in a batch.", "body.model")
        : !_modelIsThere
            ? new BatchFault(LineOf(row), "model_not_found", "There is no such model; GET /v1/models lists those there are.", "body.model")
            : null;
    }

    private static int? LineOf(Row row) => Narrow(row.Location.LineNumber ?? 0);

    // The official .NET client reads 32 bits.
    private static int Narrow(long line) => (int)Math.Min(line, int.MaxValue);
}
