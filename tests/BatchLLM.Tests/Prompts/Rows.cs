using BatchLLM.Rows;

namespace BatchLLM.Tests.Prompts;

/// <summary>Rows to make prompts of.</summary>
internal static class Rows
{
    public static Row Of(params (string Name, RowValue Value)[] columns) => new(
        new RowLocation("file:///tickets.jsonl", 41, 42),
        columns.ToDictionary(column => column.Name, column => column.Value, StringComparer.Ordinal),
        null);

    public static Row OfText(params (string Name, string Text)[] columns) =>
        Of([.. columns.Select(column => (column.Name, RowValue.FromText(column.Text)))]);
}
