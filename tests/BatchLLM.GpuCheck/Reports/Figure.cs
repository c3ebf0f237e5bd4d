using System.Globalization;

namespace BatchLLM.GpuCheck.Reports;

/// <summary>Figures for people.</summary>
internal static class Figure
{
    /// <summary>Three digits at least, thousands apart.</summary>
    public static string Of(double value) =>
        value.ToString(Math.Abs(value) < 10 ? "0.00" : Math.Abs(value) < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    /// <summary>What a result says in one word: its figure, or whether all is well.</summary>
    public static string Of(CheckResult result) =>
        !result.IsOk && double.IsNaN(result.Value) ? "WRONG" : double.IsNaN(result.Value) ? "ok" : Of(result.Value) + (result.IsOk ? "" : " WRONG");

    /// <summary>How a figure stands to a published one; empty if there is none.</summary>
    public static string Ratio(CheckResult result) => double.IsNaN(result.Published)
        ? ""
        : $"{(result.Value / result.Published).ToString("0.00", CultureInfo.InvariantCulture)} of the published {Of(result.Published)}";
}
