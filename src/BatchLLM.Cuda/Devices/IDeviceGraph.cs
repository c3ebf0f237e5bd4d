namespace BatchLLM.Cuda.Devices;

/// <summary>Launches and products that are queued together, with the arguments they were recorded with.</summary>
public interface IDeviceGraph : IDisposable
{
    /// <summary>Queues them.</summary>
    void Launch();
}
