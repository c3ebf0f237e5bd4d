using System.Globalization;

namespace BatchLLM.Benchmarks.Simulation;

/// <summary>Results as lines of a table; a goal that the product's own policy misses is marked.</summary>
internal static class SimulationTable
{
    private const double SavingsGoal = 0.95;
    private const double OccupancyGoal = 0.97;
    private const double MakespanGoal = 1.05;

    /// <summary>The heading of one device's table.</summary>
    public static string Heading(Device device) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {device.Name}: {device.Limits.StepTokenBudget} tokens per step, {device.Limits.KvBlockCount} KV blocks of {device.Limits.KvBlockTokens}
        {"workload",-20} {"rows",6} {"policy",-15} {"steps",7} {"prompt tokens",14} {"saved",8} {"KV peak",8} {"KV mean",8} {"occupancy",10} {"tail s",8} {"makespan s",11} {"bound s",9} {"by",-10} {"over",6}
        """);

    /// <summary>One line; shares in percent, "!" after a figure that misses its goal.</summary>
    public static string Line(PolicyResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Workload,-20} {result.Rows,6} {result.Policy,-15} {result.Steps,7} {result.PromptTokensComputed,14} "
        + $"{Percent(result.SavingsShare, SavingsGoal),8} {(double)result.KvPeakBlocks / result.KvBlocks,8:P1} "
        + $"{Percent(result.KvShareBeforeTail, 0),8} {Percent(result.Occupancy, OccupancyGoal),10} {result.TailSeconds,8:F1} "
        + $"{result.MakespanSeconds,11:F1} {result.BoundSeconds,9:F1} {result.BoundBy,-10} {Over(result.MakespanOverBound),6}");

    private static string Percent(double? share, double goal) => share is { } value
        ? string.Create(CultureInfo.InvariantCulture, $"{value:P1}{(value < goal ? "!" : "")}")
        : "-";

    private static string Over(double ratio) =>
        string.Create(CultureInfo.InvariantCulture, $"{ratio:F2}{(ratio > MakespanGoal ? "!" : "")}");
}
