using BatchLLM.Jobs;

namespace BatchLLM.Host.Jobs;

/// <summary>
/// The device of a worker, which takes the place of the one that a job names: a job says whether it wants a GPU, since its answers
/// depend on that, and the worker which.
/// </summary>
/// <param name="Name">As job files spell devices.</param>
internal sealed record WorkerDevice(string Name)
{
    /// <summary>The jobs that it is for.</summary>
    public string Kind => DeviceNames.GpuOf(Name) is null ? DeviceNames.Cpu : DeviceNames.Cuda;

    /// <summary>The job on this device, if it is for one of this kind.</summary>
    public JobSpec Place(JobSpec spec) => new WorkerDevice(spec.Device).Kind == Kind ? spec with { Device = Name } : spec;

    /// <summary>Looks whether it can be used, before any work is taken for it.</summary>
    /// <exception cref="BatchLLMException">It cannot; one sentence says why.</exception>
    public void Require()
    {
        if (DeviceNames.GpuOf(Name) is { } ordinal)
        {
            Gpu.Open(ordinal).Dispose();
        }
    }
}
