using System.Globalization;
using BatchLLM.Engine.Compare;
using BatchLLM.Host.Compare;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows what a comparison came to.</summary>
internal sealed class CompareView(Terminal terminal)
{
    public void Show(CompareOutput output)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(output);
            return;
        }

        terminal.Ansi.Write(Models(output.A, output.B));
        terminal.Ansi.Write(Table(Cells(output.Agreement), "B against A", "Value"));
        foreach (var line in Lines(output))
        {
            terminal.Text.WriteLine(line);
        }
    }

    private static Table Models(ComparedModelOutput a, ComparedModelOutput b)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Model", "A", "B");
        foreach (var (what, of) in ModelCells(a.Accuracy is not null))
        {
            table.AddRow(new[] { what, of(a), of(b) }.Select(Markup.Escape).ToArray());
        }

        return table;
    }

    private static IEnumerable<(string What, Func<ComparedModelOutput, string> Of)> ModelCells(bool hasAccuracy)
    {
        yield return ("Directory", model => model.Model);
        yield return ("Quantization", model => model.Quantization);
        yield return ("Numerics", model => model.Numerics);
        yield return ("KV cache", model => model.KvCache);
        yield return ("Bytes on disk", model => Number(model.DiskBytes));
        yield return ("Bytes in memory", model => Number(model.MemoryBytes));
        yield return ("Tokens per second", model => Number((long)model.TokensPerSecond));
        if (hasAccuracy)
        {
            yield return ("Exact match", model => Share(model.Accuracy!.ExactMatch));
            yield return ("ROUGE-L F1", model => Decimals(model.Accuracy!.RougeL));
        }
    }

    private static IEnumerable<(string What, string Value)> Cells(Agreement agreement) =>
    [
        ("Identical completions", Share(agreement.IdenticalRows)),
        ("Equal tokens", Share(agreement.EqualTokens)),
        ("Diverged rows", Number(agreement.DivergedRows)),
        ("First divergence, mean", Decimals(agreement.FirstDivergenceMean)),
        ("First divergence, median", Decimals(agreement.FirstDivergenceMedian)),
        ("ROUGE-L F1", Decimals(agreement.RougeL)),
        ("Same top token along A", Share(agreement.ForcedTop1)),
        ("KL divergence, mean", Nats(agreement.KlMean)),
        ("KL divergence, largest", Nats(agreement.KlMax)),
        ("Positions along A", Number(agreement.ForcedPositions)),
    ];

    private static IEnumerable<string> Lines(CompareOutput output)
    {
        yield return $"{Number(output.Rows.Compared)} of {Number(output.Rows.In)} rows compared in " +
            $"{ProgressReading.Format(TimeSpan.FromSeconds(output.Seconds))}.";
        foreach (var (code, rows) in output.Rows.Reasons)
        {
            yield return $"Skipped, {code}: {Number(rows)} rows";
        }
    }

    private static Table Table(IEnumerable<(string What, string Value)> cells, params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(columns);
        table.Columns[1].RightAligned();
        foreach (var (what, value) in cells)
        {
            table.AddRow(what, value);
        }

        return table;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(double value) => value.ToString("P2", CultureInfo.InvariantCulture);

    private static string Decimals(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "-";

    private static string Nats(double value) => value.ToString("0.000000", CultureInfo.InvariantCulture) + " nats";
}
