using System.Globalization;
using BatchLLM.Engine.Limits;
using BatchLLM.Host.Bench;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows what a benchmark came to.</summary>
internal sealed class BenchView(Terminal terminal)
{
    private const double Gibi = 1L << 30;

    public void Show(BenchOutput output)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(output);
            return;
        }

        foreach (var line in Lines(output))
        {
            terminal.Text.WriteLine(line);
        }

        terminal.Ansi.Write(Speeds(output.Results));
        if (output.Limits is not null)
        {
            terminal.Ansi.Write(Times(output.Results));
        }

        terminal.Text.WriteLine(
            "Prompt, output and total as llama-batched-bench counts them: all prompts first, then all sequences in lockstep. Mixed is the " +
            "same work as a job runs it.");
    }

    private static IEnumerable<string> Lines(BenchOutput output)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{output.Shape}, {output.Parameters:N0} parameters in {output.Precision}, numerics {output.Numerics}, KV cache {output.KvCache}: " +
            $"weights {output.WeightBytes / Gibi:0.00} GiB, made in {output.LoadSeconds:0.0} s; at most {output.PeakResidentBytes / Gibi:0.00} GiB resident");
        if (output is not { Limits: { } limits, LimitsAfter: { } after })
        {
            yield return $"On {output.Device}, {output.Instructions}; weights are in its memory, what is resident in this machine's";
            yield return output.VaryingProducts is { Count: > 0 } varying
                ? $"Rows may depend on how many are beside them in {string.Join(", ", varying)}"
                : "Products of all numbers of rows have the same bits, as tried on made-up numbers";
            yield break;
        }

        yield return $"Limits, measured just before: {Line(limits)}; {limits.Threads} threads, {output.Instructions} kernels";
        yield return $"Just after: {Line(after)}";
    }

    private static string Line(MachineLimits limits)
    {
        var bytes = limits.IntegerGops is { } gops ? string.Create(CultureInfo.InvariantCulture, $", {gops:N0} GOP/s of bytes") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{limits.FloatGflops:N0} GFLOP/s of float32{bytes}, {limits.ReadGigabytesPerSecond:0.0} GB/s read");
    }

    private static Table Speeds(IReadOnlyList<BenchResult> results)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns(
            "Tokens/s", "Prompt", "Output", "Total", "Mixed", "Steps", "Prompt, of arithmetic", "Output, of arithmetic", "Output, of bandwidth", "Resident");
        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        foreach (var result in results)
        {
            table.AddRow(
                Name(result.Combination),
                Speed(result.Prompts?.TokensPerSecond),
                Speed(result.Outputs?.TokensPerSecond),
                Speed(result.TotalTokensPerSecond),
                Speed(result.Mixed.TokensPerSecond),
                result.Mixed.Steps.ToString("N0", CultureInfo.InvariantCulture),
                Share(result.Prompts?.ArithmeticShare),
                Share(result.Outputs?.ArithmeticShare),
                Share(result.Outputs?.BandwidthShare),
                string.Create(CultureInfo.InvariantCulture, $"{result.ResidentBytes / Gibi:0.00} GiB"));
        }

        return table;
    }

    private static Table Times(IReadOnlyList<BenchResult> results)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Mixed, time by part");
        foreach (var result in results)
        {
            table.AddColumn(new TableColumn(Name(result.Combination)).RightAligned());
        }

        foreach (var part in results[0].Mixed.SecondsByPart.Keys)
        {
            table.AddRow([part, .. results.Select(r => Share(r.Mixed.SecondsByPart[part] / r.Mixed.Seconds))]);
        }

        return table;
    }

    private static string Name(BenchCombination of) => string.Create(CultureInfo.InvariantCulture, $"{of.Prompt}/{of.Output} x {of.Batch}")
        + (of.Shared == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {of.Shared} by {of.Group}"));

    private static string Speed(double? value) => value?.ToString(value < 100 ? "N1" : "N0", CultureInfo.InvariantCulture) ?? "-";

    private static string Share(double? value) => value?.ToString("P1", CultureInfo.InvariantCulture) ?? "-";
}
