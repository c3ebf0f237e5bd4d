namespace BatchLLM.Benchmarks.HostSteps;

/// <summary>What the host did for one step.</summary>
/// <param name="Slices">Of the step.</param>
/// <param name="Tokens">Positions of the step.</param>
/// <param name="Seconds">From its beginning to the next one's.</param>
/// <param name="FillSeconds">Of these: its arrays filled and its work queued.</param>
/// <param name="TakeSeconds">Of these: a step's tokens fetched.</param>
/// <param name="AllocatedBytes">On the computing thread.</param>
/// <param name="UploadedBytes">To the device.</param>
/// <param name="Launches">Kernels, products and graphs queued.</param>
internal readonly record struct HostStep(
    int Slices, int Tokens, double Seconds, double FillSeconds, double TakeSeconds, long AllocatedBytes, long UploadedBytes, long Launches);
