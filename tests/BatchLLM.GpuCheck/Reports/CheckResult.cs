namespace BatchLLM.GpuCheck.Reports;

/// <summary>One line of the table.</summary>
/// <param name="Name">What was tried or measured.</param>
/// <param name="IsOk">False if it is not as it should be.</param>
/// <param name="Value">A figure, or NaN.</param>
/// <param name="Unit">Of the figure.</param>
/// <param name="Text">What was found.</param>
internal sealed record CheckResult(string Name, bool IsOk, double Value, string Unit, string Text)
{
    /// <summary>Unit of a kernel's part of all kernels' time.</summary>
    public const string ShareOfTime = "% of time";

    /// <summary>What others have published for the same, in the same unit; NaN if nobody has.</summary>
    public double Published { get; init; } = double.NaN;

    /// <summary>Something that holds or does not.</summary>
    public static CheckResult Of(string name, bool isOk, string text) => new(name, isOk, double.NaN, "", text);

    /// <summary>A figure.</summary>
    public static CheckResult Measured(string name, double value, string unit, string text = "") => new(name, true, value, unit, text);
}
