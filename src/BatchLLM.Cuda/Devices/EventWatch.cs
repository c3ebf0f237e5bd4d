using BatchLLM.Cuda.Driver;

namespace BatchLLM.Cuda.Devices;

/// <summary>Measures time on a GPU's stream.</summary>
internal sealed unsafe class EventWatch : IDisposable
{
    private readonly nint _stream;
    private readonly nint _start = Event();
    private readonly nint _end = Event();

    /// <summary>Starts behind all that is queued.</summary>
    public EventWatch(nint stream)
    {
        _stream = stream;
        DriverCheck.Check(DriverApi.EventRecord(_start, stream), "record an event");
    }

    /// <summary>Waits for all that is queued.</summary>
    /// <returns>Milliseconds since the start.</returns>
    public float Stop()
    {
        float milliseconds;
        DriverCheck.Check(DriverApi.EventRecord(_end, _stream), "record an event");
        DriverCheck.Check(DriverApi.EventSynchronize(_end), "finish what was queued");
        DriverCheck.Check(DriverApi.EventElapsedTime(&milliseconds, _start, _end), "tell the time");
        return milliseconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = DriverApi.EventDestroy(_start);
        _ = DriverApi.EventDestroy(_end);
    }

    private static nint Event()
    {
        nint handle;
        DriverCheck.Check(DriverApi.EventCreate(&handle, 0), "create an event");
        return handle;
    }
}
