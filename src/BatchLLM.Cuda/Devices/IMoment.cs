namespace BatchLLM.Cuda.Devices;

/// <summary>A moment in what a device has queued: when all before it has run.</summary>
public interface IMoment : IDisposable
{
    /// <summary>Milliseconds of the device since an earlier moment; waits for this one.</summary>
    /// <param name="earlier">Of the same device.</param>
    /// <exception cref="BatchLLMException">Something queued failed on the device.</exception>
    double MillisecondsSince(IMoment earlier);
}
