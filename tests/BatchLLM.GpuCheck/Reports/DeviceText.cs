namespace BatchLLM.GpuCheck.Reports;

/// <summary>What a report says of its device.</summary>
/// <param name="Name">As its driver names it.</param>
/// <param name="Versions">Of the driver, the compiler, the products' library and this program.</param>
internal sealed record DeviceText(string Name, string Versions);
