using BatchLLM.Cuda.Driver;

namespace BatchLLM.Cuda.Devices;

/// <summary>An event on a GPU's stream.</summary>
internal sealed unsafe class CudaMoment : IMoment
{
    private readonly nint _event;

    /// <summary>Behind all that is queued.</summary>
    public CudaMoment(nint stream)
    {
        nint handle;
        DriverCheck.Check(DriverApi.EventCreate(&handle, 0), "create an event");
        _event = handle;
        DriverCheck.Check(DriverApi.EventRecord(_event, stream), "record an event");
    }

    /// <inheritdoc/>
    public double MillisecondsSince(IMoment earlier)
    {
        float milliseconds;
        DriverCheck.Check(DriverApi.EventSynchronize(_event), "finish what was queued");
        DriverCheck.Check(DriverApi.EventElapsedTime(&milliseconds, ((CudaMoment)earlier)._event, _event), "tell the time");
        return milliseconds;
    }

    /// <inheritdoc/>
    public void Dispose() => _ = DriverApi.EventDestroy(_event);
}
