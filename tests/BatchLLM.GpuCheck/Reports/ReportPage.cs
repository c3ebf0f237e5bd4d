using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace BatchLLM.GpuCheck.Reports;

/// <summary>The report as a page, as those in tests/BatchLLM.Benchmarks/results are.</summary>
internal static class ReportPage
{
    /// <summary>Writes it beside the report.</summary>
    /// <param name="path">The report's file.</param>
    /// <param name="parts">All parts.</param>
    public static void Write(string path, JsonArray parts) => File.WriteAllText(Path.ChangeExtension(path, ".md"), Text(parts));

    /// <summary>The page's text.</summary>
    public static string Text(JsonArray parts)
    {
        var page = new StringBuilder();
        var first = parts[0]!;
        page.Append(CultureInfo.InvariantCulture, $"# {(string?)first["gpu"]}, {((string?)first["started"])?[..10]}\n\n");
        page.Append("Random weights; answers are checked, what they say does not count. One command runs all:\n\n    ops/gpu/check.sh\n");
        foreach (var part in parts)
        {
            Append(page, part!);
        }

        return page.ToString();
    }

    private static void Append(StringBuilder page, JsonNode part)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n## {(string?)part["part"]}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"`{(string?)part["command"]}`, {(string?)part["started"]}, {(string?)part["gpu"]}, ");
        page.Append(CultureInfo.InvariantCulture, $"{(string?)part["versions"]}; {Figure.Of((double)part["seconds"]!)} s");
        page.Append((bool)part["isComplete"]! ? ".\n\n" : ", cut short.\n\n");
        var tables = part["results"]!.AsArray().ToLookup(result => (string?)result!["unit"] == CheckResult.ShareOfTime);
        Append(page, tables[false]);
        if (tables[true].Any())
        {
            page.Append("\nWhere the time goes:\n\n");
            Append(page, tables[true]);
        }
    }

    private static void Append(StringBuilder page, IEnumerable<JsonNode?> results)
    {
        page.Append("| What | Figure | Unit | |\n|---|---|---|---|\n");
        foreach (var result in results)
        {
            string[] cells = ["name", "figure", "unit", "text"];
            page.Append("| ").AppendJoin(" | ", cells.Select(cell => Cell((string?)result![cell]))).Append(" |\n");
        }
    }

    private static string Cell(string? text) => text?.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal) ?? "";
}
