using BatchLLM.Cuda.Devices;

namespace BatchLLM.GpuCheck.Timing;

/// <summary>What is recorded when it first runs unmeasured; piece by piece while its device measures.</summary>
/// <param name="timed">Whether launches are measured.</param>
/// <param name="device">Records.</param>
/// <param name="work">Queues launches and products, through the device that measures.</param>
internal sealed class TimedGraph(TimedDevice timed, IDevice device, Action work) : IDeviceGraph
{
    private IDeviceGraph? _recorded;

    /// <inheritdoc/>
    public void Launch()
    {
        if (timed.IsTiming)
        {
            work();
        }
        else
        {
            _recorded ??= device.Capture(work);
            _recorded.Launch();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _recorded?.Dispose();
}
