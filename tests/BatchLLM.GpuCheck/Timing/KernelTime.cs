namespace BatchLLM.GpuCheck.Timing;

/// <summary>Launches of one kernel, or products of one layer, together.</summary>
/// <param name="Name">Of the kernel, or the product's columns and depth.</param>
/// <param name="Milliseconds">On the device.</param>
/// <param name="Launches">How many.</param>
/// <param name="Work">What they moved and computed.</param>
internal sealed record KernelTime(string Name, double Milliseconds, int Launches, KernelWork Work);
