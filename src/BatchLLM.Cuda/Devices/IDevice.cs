namespace BatchLLM.Cuda.Devices;

/// <summary>
/// A GPU, or what emulates one: memory, kernels, matrix products, and one stream on which everything queued runs in order.
/// Not thread-safe.
/// </summary>
public interface IDevice : IDisposable
{
    /// <summary>What it is.</summary>
    DeviceProperties Properties { get; }

    /// <summary>Bytes that could still be allocated.</summary>
    long FreeBytes { get; }

    /// <summary>Allocates memory, aligned to 256 bytes and of any content.</summary>
    /// <param name="bytes">At least 1.</param>
    /// <exception cref="BatchLLMException">The device has too little memory left.</exception>
    DeviceMemory Allocate(long bytes);

    /// <summary>Finds a kernel, compiling its source if no earlier run has.</summary>
    /// <param name="source">File below kernels/, without its extension.</param>
    /// <param name="name">Name of the kernel in it.</param>
    /// <exception cref="BatchLLMException">The source does not compile for this device, or the compiler is missing.</exception>
    IKernel Kernel(string source, string name);

    /// <summary>Queues a kernel.</summary>
    /// <param name="kernel">Of this device.</param>
    /// <param name="shape">Its blocks.</param>
    /// <param name="arguments">Its only parameter, a structure laid out as the kernel's source says. It is copied.</param>
    void Launch<T>(IKernel kernel, LaunchShape shape, in T arguments)
        where T : unmanaged;

    /// <summary>Queues a matrix product.</summary>
    /// <exception cref="BatchLLMException">The device cannot compute products of these types or sizes.</exception>
    void Multiply(in MatrixProduct product);

    /// <summary>Finds out how products of one shape are best computed, which the first of them would otherwise wait for.</summary>
    /// <param name="product">Its addresses are not used.</param>
    /// <exception cref="BatchLLMException">The device cannot compute products of these types or sizes.</exception>
    void Prepare(in MatrixProduct product);

    /// <summary>Queues a copy to the device; the source may change once this returns.</summary>
    void Upload(ReadOnlySpan<byte> source, ulong address);

    /// <summary>Copies from the device, and waits for it and all before it.</summary>
    void Download(ulong address, Span<byte> destination);

    /// <summary>Makes room for copies from the device that need not be waited for at once.</summary>
    /// <param name="bytes">Most bytes of a copy.</param>
    IReadback Readback(int bytes);

    /// <summary>Makes a timer.</summary>
    IDeviceTimer Timer();

    /// <summary>Queues filling memory with one byte.</summary>
    void Fill(ulong address, byte value, long bytes);

    /// <summary>Waits until everything queued has run.</summary>
    /// <exception cref="BatchLLMException">Something queued failed on the device.</exception>
    void Synchronize();

    /// <summary>Records what <paramref name="work"/> queues, without running it.</summary>
    /// <param name="work">Queues launches and products only. Each must have run once before.</param>
    IDeviceGraph Capture(Action work);
}
