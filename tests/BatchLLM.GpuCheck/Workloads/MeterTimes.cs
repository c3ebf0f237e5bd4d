namespace BatchLLM.GpuCheck.Workloads;

/// <summary>How long each phase of a measurement gets.</summary>
/// <param name="FillSeconds">At most, until the rows of the start are computed.</param>
/// <param name="MeasureSeconds">Of the steady state.</param>
/// <param name="KernelSteps">Steps in which each kernel is measured.</param>
/// <param name="MostRows">At most, so that a small model does not get millions.</param>
internal sealed record MeterTimes(double FillSeconds, double MeasureSeconds, int KernelSteps, int MostRows = int.MaxValue);
