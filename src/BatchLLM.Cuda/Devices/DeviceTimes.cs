namespace BatchLLM.Cuda.Devices;

/// <summary>Times of what is queued on a device.</summary>
public static class DeviceTimes
{
    /// <summary>Milliseconds that what is queued takes on the device, from when all before it has run.</summary>
    /// <param name="device">Where.</param>
    /// <param name="work">Queues it.</param>
    public static double Milliseconds(this IDevice device, Action work)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(work);
        using var timer = device.Timer();
        timer.Start();
        work();
        timer.Stop();
        device.Synchronize();
        return timer.Elapsed.TotalMilliseconds;
    }
}
