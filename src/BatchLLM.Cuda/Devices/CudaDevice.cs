using BatchLLM.Cuda.Blas;
using BatchLLM.Cuda.Compilation;
using BatchLLM.Cuda.Driver;
using BatchLLM.Cuda.Libraries;

namespace BatchLLM.Cuda.Devices;

/// <summary>An NVIDIA GPU, by the driver's primary context and one stream.</summary>
public sealed unsafe class CudaDevice : IDevice
{
    private const uint NonBlockingStream = 1;
    private const uint ThreadLocalCapture = 1;
    private const int MaxDynamicSharedBytes = 8;

    private readonly int _device;
    private readonly nint _context;
    private readonly UploadRing _uploads;
    private readonly CudaModules _modules;
    private readonly BlasProducts _products;

    /// <summary>Takes a GPU.</summary>
    /// <param name="options">Which, and where caches are.</param>
    /// <exception cref="BatchLLMException">
    /// No driver, no such GPU, too old a driver or GPU, or a library is missing; one sentence that says what to do.
    /// </exception>
    public CudaDevice(CudaDeviceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var driver = CudaDriver.Start();
        _device = DeviceProbe.Find(driver, options.Ordinal);
        Properties = DeviceProbe.Describe(_device, options.Ordinal);
        nint context, stream;
        DriverCheck.Check(DriverApi.PrimaryContextRetain(&context, _device), $"take GPU {options.Ordinal}");
        _context = context;
        MakeCurrent();
        DriverCheck.Check(DriverApi.StreamCreate(&stream, NonBlockingStream), "create a stream");
        Stream = stream;
        _uploads = new UploadRing(stream);
        var compiler = CudaLibraries.TryLoad(CudaLibrary.Compiler, out _) ? new KernelCompiler() : null;
        var cache = new CubinCache(options.CacheDirectory, options.ShippedDirectory);
        _modules = new CudaModules(new CompiledKernels(cache, compiler, DeviceProbe.Architecture(Properties)));
        _products = new BlasProducts(this, options.CacheDirectory);
    }

    /// <inheritdoc/>
    public DeviceProperties Properties { get; }

    /// <inheritdoc/>
    public long FreeBytes
    {
        get
        {
            nuint free, total;
            MakeCurrent();
            DriverCheck.Check(DriverApi.MemoryGetInfo(&free, &total), "tell its free memory");
            return (long)free;
        }
    }

    /// <summary>
    /// Linear layers of which some number of rows has no algorithm with the bits of the others; rows of these may depend on
    /// how many are beside them. For people.
    /// </summary>
    public IReadOnlyList<string> VaryingProducts => [.. _products.Varying.Select(layer => layer.ToString())];

    /// <summary>Names of all kernel sources.</summary>
    public static IReadOnlyList<string> KernelSources => Compilation.KernelSources.Names;

    /// <summary>The stream on which all is queued.</summary>
    internal nint Stream { get; }

    /// <inheritdoc/>
    public DeviceMemory Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        ulong address;
        MakeCurrent();
        var result = DriverApi.MemoryAllocate(&address, (nuint)bytes);
        if (result == DriverResult.OutOfMemory)
        {
            throw new BatchLLMException(
                $"{Properties.Name} has {FreeBytes >> 20} MiB of memory free; {(bytes + (1 << 20) - 1) >> 20} MiB more are needed. " +
                "End what else uses the GPU, take a smaller model or a more compressed checkpoint, or run on the CPU with --device cpu.");
        }

        DriverCheck.Check(result, $"allocate {bytes} bytes");
        return new DeviceMemory(address, bytes, Free);
    }

    /// <inheritdoc/>
    public IKernel Kernel(string source, string name)
    {
        MakeCurrent();
        return _modules.Kernel(source, name);
    }

    /// <summary>Loads the kernels of a source, compiling it if no earlier run has.</summary>
    /// <param name="source">File below kernels/, without its extension.</param>
    /// <exception cref="BatchLLMException">See <see cref="Kernel"/>.</exception>
    public void LoadKernels(string source)
    {
        MakeCurrent();
        _modules.Load(source);
    }

    /// <inheritdoc/>
    public void Launch<T>(IKernel kernel, LaunchShape shape, in T arguments)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(kernel);
        var function = (CudaKernel)kernel;
        MakeCurrent();
        AllowShared(function, shape.SharedBytes);
        fixed (T* parameter = &arguments)
        {
            void* parameters = parameter;
            DriverCheck.Check(
                DriverApi.LaunchKernel(
                    function.Function, (uint)shape.GridX, (uint)shape.GridY, (uint)shape.GridZ, (uint)shape.Threads, 1, 1,
                    (uint)shape.SharedBytes, Stream, &parameters, null),
                $"launch {kernel.Name}");
        }
    }

    /// <inheritdoc/>
    public void Multiply(in MatrixProduct product)
    {
        MakeCurrent();
        _products.Multiply(product, Stream);
    }

    /// <inheritdoc/>
    public void Prepare(in MatrixProduct product)
    {
        MakeCurrent();
        _products.Prepare(ProductShape.Of(product));
    }

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<byte> source, ulong address)
    {
        MakeCurrent();
        _uploads.Copy(source, address);
    }

    /// <inheritdoc/>
    public void Download(ulong address, Span<byte> destination)
    {
        MakeCurrent();
        fixed (byte* pointer = destination)
        {
            DriverCheck.Check(DriverApi.CopyToHost(pointer, address, (nuint)destination.Length, Stream), $"copy {destination.Length} bytes from it");
            Synchronize();
        }
    }

    /// <inheritdoc/>
    public IReadback Readback(int bytes)
    {
        MakeCurrent();
        return new CudaReadback(bytes, Stream);
    }

    /// <inheritdoc/>
    public IDeviceTimer Timer()
    {
        MakeCurrent();
        return new CudaTimer(Stream);
    }

    /// <inheritdoc/>
    public void Fill(ulong address, byte value, long bytes)
    {
        MakeCurrent();
        DriverCheck.Check(DriverApi.MemorySet(address, value, (nuint)bytes, Stream), $"fill {bytes} bytes");
    }

    /// <inheritdoc/>
    public void Synchronize()
    {
        MakeCurrent();
        DriverCheck.Check(DriverApi.StreamSynchronize(Stream), "finish what was queued");
    }

    /// <inheritdoc/>
    public IDeviceGraph Capture(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        MakeCurrent();
        nint graph;
        DriverCheck.Check(DriverApi.StreamBeginCapture(Stream, ThreadLocalCapture), "begin to record a graph");
        try
        {
            work();
        }
        catch
        {
            // The stream must not stay in recording, whatever went wrong.
            if (DriverApi.StreamEndCapture(Stream, &graph) == DriverResult.Success)
            {
                _ = DriverApi.GraphDestroy(graph);
            }

            throw;
        }

        DriverCheck.Check(DriverApi.StreamEndCapture(Stream, &graph), "record a graph");
        return new CudaGraph(graph, Stream);
    }

    /// <summary>Time that what is queued takes on the device.</summary>
    /// <param name="work">Queues it.</param>
    public float Milliseconds(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var timer = Timer();
        timer.Start();
        work();
        timer.Stop();
        Synchronize();
        return (float)timer.Elapsed.TotalMilliseconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        MakeCurrent();
        _ = DriverApi.StreamSynchronize(Stream);
        _products.Dispose();
        _modules.Dispose();
        _uploads.Dispose();
        _ = DriverApi.StreamDestroy(Stream);
        _ = DriverApi.PrimaryContextRelease(_device);
    }

    private void Free(ulong address)
    {
        MakeCurrent();
        _ = DriverApi.MemoryFree(address);
    }

    // Each thread has a current context of its own, and an engine's steps move from thread to thread.
    private void MakeCurrent() => DriverCheck.Check(DriverApi.ContextSetCurrent(_context), "be used by this thread");

    private static void AllowShared(CudaKernel kernel, int bytes)
    {
        if (bytes > kernel.SharedBytes)
        {
            DriverCheck.Check(
                DriverApi.FunctionSetAttribute(kernel.Function, MaxDynamicSharedBytes, bytes), $"give {kernel.Name} {bytes} bytes of shared memory");
            kernel.SharedBytes = bytes;
        }
    }
}
