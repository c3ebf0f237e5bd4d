using System.Diagnostics;

namespace BatchLLM.GpuCheck.Parts;

/// <summary>When a part has to be over: what is left is shared out evenly among what is still to be done.</summary>
/// <param name="seconds">From now.</param>
internal sealed class Deadline(double seconds)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Seconds left; below 0 if it has passed.</summary>
    public double Left => seconds - Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Seconds for the next of some pieces of work.</summary>
    public double Share(int pieces) => Left / pieces;
}
