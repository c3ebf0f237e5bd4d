namespace BatchLLM.Cuda.Devices;

/// <summary>Measures how long a device takes for what is queued between two calls. One measurement at a time.</summary>
public interface IDeviceTimer : IDisposable
{
    /// <summary>Starts once all that is queued by now has run.</summary>
    void Start();

    /// <summary>Stops once all that is queued by now has run.</summary>
    void Stop();

    /// <summary>What was measured; to be asked once that has run.</summary>
    TimeSpan Elapsed { get; }
}
