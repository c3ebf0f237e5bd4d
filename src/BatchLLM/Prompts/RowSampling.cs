using System.Globalization;
using BatchLLM.Jobs;
using BatchLLM.Rows;

namespace BatchLLM.Prompts;

/// <summary>How a row's tokens are chosen: as the job says, but for the values that the row's columns override.</summary>
/// <param name="sampling">The job's sampling.</param>
internal sealed class RowSampling(SamplingSpec sampling)
{
    private const NumberStyles PlainNumber =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private readonly KeyValuePair<string, string>[] _columns = [.. sampling.Columns]; // parameter, column

    /// <summary>The columns it reads.</summary>
    public IEnumerable<string> Columns => sampling.Columns.Values;

    /// <summary>A row's draft with its sampling, or with what is wrong with that.</summary>
    public RowPrompt Complete(PromptDraft draft, Row row)
    {
        var parameters = sampling.Defaults;
        foreach (var (name, column) in _columns)
        {
            if (!row.Columns.TryGetValue(column, out var value))
            {
                continue; // As with null: this row overrides nothing.
            }

            parameters = SamplingOverrides.Apply(parameters, name, name == "stop" ? value : ToNumber(value), out var problem);
            if (problem is not null)
            {
                return RowPrompt.Refused(RowErrorCodes.InvalidParameter, $"column '{column}': {problem}");
            }
        }

        return new RowPrompt(draft, parameters, null);
    }

    // CSV fields, decimals and the directories of a path are all text. Only what any reader takes for the same number is one.
    private static RowValue ToNumber(RowValue value) => value switch
    {
        { Kind: not RowValueKind.Text } => value,
        { Text: "" } => RowValue.Null, // CSV has no other null
        { Text: var text } when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) =>
            RowValue.FromInteger(whole),
        { Text: var text } when double.TryParse(text, PlainNumber, CultureInfo.InvariantCulture, out var number) =>
            RowValue.FromNumber(number),
        _ => value,
    };
}
