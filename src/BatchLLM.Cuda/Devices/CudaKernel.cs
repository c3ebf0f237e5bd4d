namespace BatchLLM.Cuda.Devices;

/// <summary>A kernel on a GPU.</summary>
/// <param name="Name">Name in its source.</param>
/// <param name="Function">The driver's handle.</param>
internal sealed record CudaKernel(string Name, nint Function) : IKernel
{
    /// <summary>Most dynamic shared memory that it may have by now; more has to be asked for once.</summary>
    public int SharedBytes { get; set; } = 48 << 10;
}
