namespace BatchLLM.Cuda.Devices;

/// <summary>A kernel that a device has loaded; lives as long as the device.</summary>
public interface IKernel
{
    /// <summary>Name in its source.</summary>
    string Name { get; }
}
