using BatchLLM.Cuda.Driver;

namespace BatchLLM.Cuda.Devices;

/// <summary>Measures time on a GPU's stream, by two events.</summary>
internal sealed unsafe class CudaTimer(nint stream) : IDeviceTimer
{
    private readonly nint _start = Event();
    private readonly nint _end = Event();

    /// <inheritdoc/>
    public TimeSpan Elapsed
    {
        get
        {
            float milliseconds;
            DriverCheck.Check(DriverApi.EventElapsedTime(&milliseconds, _start, _end), "tell the time");
            return TimeSpan.FromMilliseconds(milliseconds);
        }
    }

    /// <inheritdoc/>
    public void Start() => Record(_start);

    /// <inheritdoc/>
    public void Stop() => Record(_end);

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = DriverApi.EventDestroy(_start);
        _ = DriverApi.EventDestroy(_end);
    }

    private void Record(nint handle) => DriverCheck.Check(DriverApi.EventRecord(handle, stream), "record an event");

    private static nint Event()
    {
        nint handle;
        DriverCheck.Check(DriverApi.EventCreate(&handle, 0), "create an event");
        return handle;
    }
}
