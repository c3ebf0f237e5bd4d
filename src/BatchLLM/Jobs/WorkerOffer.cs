namespace BatchLLM.Jobs;

/// <summary>What a worker can take up.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="Models">The model directories that it serves; empty for any.</param>
public sealed record WorkerOffer(string Worker, IReadOnlyList<string> Models)
{
    /// <summary>Jobs that it leaves to others for now: it tried, and something here was in the way.</summary>
    public IReadOnlyList<long> Except { get; init; } = [];

    /// <summary>Kind of device that it computes on, <see cref="DeviceNames.Cpu"/> or <see cref="DeviceNames.Cuda"/>; null for any.</summary>
    public string? Device { get; init; }

    /// <summary>How long a claim lives that is not renewed.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);
}
