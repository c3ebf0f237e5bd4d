using System.Globalization;
using BatchLLM.Jobs;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows what validation found.</summary>
internal sealed class ValidationView(Terminal terminal)
{
    public void Show(JobSpec spec, ValidationReport report)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(Output.Of(spec, report));
            return;
        }

        terminal.Ansi.Write(Table(report));
        foreach (var problems in report.Problems)
        {
            terminal.Text.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{problems.Code}: {problems.Rows:N0} rows"));
            foreach (var example in problems.Examples)
            {
                terminal.Text.WriteLine($"  {example}");
            }
        }
    }

    private static Table Table(ValidationReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(
            "Rows", "Ready", "Would fail", "Prompt tokens", "Shortest", "Median", "Longest", "Completion tokens, at most");
        table.AddRow([.. new[]
        {
            report.Rows, report.Ready, report.Failed, report.PromptTokens, report.PromptLength(0),
            report.PromptLength(0.5), report.PromptLength(1), report.MaxCompletionTokens,
        }.Select(number => number.ToString("N0", CultureInfo.InvariantCulture))]);
        return table;
    }

    private sealed record Output(
        string Name,
        long Rows,
        long Ready,
        long Failed,
        long PromptTokens,
        int ShortestPrompt,
        int MedianPrompt,
        int LongestPrompt,
        long MaxCompletionTokens,
        IReadOnlyCollection<RowProblems> Problems)
    {
        public static Output Of(JobSpec spec, ValidationReport report) => new(
            spec.Name,
            report.Rows,
            report.Ready,
            report.Failed,
            report.PromptTokens,
            report.PromptLength(0),
            report.PromptLength(0.5),
            report.PromptLength(1),
            report.MaxCompletionTokens,
            report.Problems);
    }
}
