using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.CudaTests.Emulation;

/// <summary>
/// Runs kernels on the processor. What is queued runs at once; whatever a GPU would let pass silently is an exception: a
/// parameter of another size, memory that is not the device's, a barrier that not all threads reach, a write beside an
/// allocation.
/// </summary>
/// <param name="seed">Order in which a block's warps and lanes run; 0 is ascending. No result may depend on it.</param>
/// <param name="memoryBytes">Memory in all.</param>
internal sealed unsafe class EmulatedDevice(ulong seed = 0, long memoryBytes = 1L << 30) : IDevice
{
    private const int MessageBytes = 512;

    private readonly SortedList<ulong, long> _allocations = []; // address, bytes
    private List<Action>? _recording;
    private long _allocatedBytes;

    public DeviceProperties Properties { get; } = new("Emulator", 9, 0, 2, 227 * 1024, memoryBytes);

    public long FreeBytes => memoryBytes - _allocatedBytes;

    public DeviceMemory Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        var address = bytes > FreeBytes ? 0 : (ulong)EmulatorLibrary.Allocate((ulong)bytes);
        if (address == 0)
        {
            throw new BatchLLMException($"The emulated device has {FreeBytes} bytes left; {bytes} were asked for.");
        }

        _allocations.Add(address, bytes);
        _allocatedBytes += bytes;
        return new DeviceMemory(address, bytes, Free);
    }

    private void Free(ulong address)
    {
        _allocations.Remove(address, out var bytes);
        _allocatedBytes -= bytes;
        var damage = EmulatorLibrary.Free((void*)address, (ulong)bytes);
        if (damage != 0)
        {
            throw new InvalidOperationException(
                $"A kernel wrote {(damage == 1 ? "in front of" : "behind")} an allocation of {bytes} bytes.");
        }
    }

    public IKernel Kernel(string source, string name)
    {
        fixed (byte* sourceBytes = Encoding.UTF8.GetBytes(source + '\0'), nameBytes = Encoding.UTF8.GetBytes(name + '\0'))
        {
            var handle = (nint)EmulatorLibrary.Find(sourceBytes, nameBytes);
            return handle != 0
                ? new EmulatedKernel(name, handle)
                : throw new InvalidOperationException($"kernels/{source}.cu holds no kernel {name}.");
        }
    }

    public void Launch<T>(IKernel kernel, LaunchShape shape, in T arguments)
        where T : unmanaged
    {
        var emulated = (EmulatedKernel)kernel;
        Check(emulated, shape, Unsafe.SizeOf<T>());
        var copy = arguments;
        Queue(() => Run(emulated, shape, copy));
    }

    private void Check(EmulatedKernel kernel, LaunchShape shape, int argumentBytes)
    {
        var expected = EmulatorLibrary.ArgumentBytes((void*)kernel.Handle);
        if (argumentBytes != expected)
        {
            throw new ArgumentException($"{kernel.Name} takes {expected} bytes of arguments, not {argumentBytes}.");
        }

        if (shape.GridX < 1 || shape.GridY is < 1 or > 65_535 || shape.GridZ is < 1 or > 65_535
            || shape.Threads is < 32 or > 1_024 || shape.Threads % 32 != 0
            || shape.SharedBytes < 0 || shape.SharedBytes > Properties.SharedBytesPerBlock)
        {
            throw new ArgumentException($"{kernel.Name} cannot be launched as {shape}.");
        }
    }

    private void Run<T>(EmulatedKernel kernel, LaunchShape shape, T arguments)
        where T : unmanaged
    {
        var parameters = stackalloc void*[] { &arguments };
        var message = stackalloc byte[MessageBytes];
        var result = EmulatorLibrary.Launch(
            (void*)kernel.Handle, (uint)shape.GridX, (uint)shape.GridY, (uint)shape.GridZ, (uint)shape.Threads,
            (uint)shape.SharedBytes, parameters, seed, message, MessageBytes);
        if (result != 0)
        {
            throw new BatchLLMException(Encoding.UTF8.GetString(message, new ReadOnlySpan<byte>(message, MessageBytes).IndexOf((byte)0)));
        }
    }

    public void Prepare(in MatrixProduct product)
    {
        if (product.Rows < 1 || product.Columns % 16 != 0 || product.Depth % 16 != 0)
        {
            throw new BatchLLMException($"The device cannot compute {product}.");
        }
    }

    public void Multiply(in MatrixProduct product)
    {
        var p = product;
        Prepare(p);
        CheckRange(p.X, (long)p.Rows * p.Depth * p.InputType.Bytes());
        CheckRange(p.W, (long)p.Columns * p.Depth * p.InputType.Bytes());
        CheckRange(p.Y, (long)p.Rows * p.Columns * p.OutputType.Bytes());
        Queue(() => EmulatorLibrary.Multiply(
            (void*)p.X, (void*)p.W, (void*)p.Y, (ulong)p.Rows, (ulong)p.Columns, (ulong)p.Depth, (int)p.InputType, (int)p.OutputType));
    }

    private void Queue(Action work)
    {
        if (_recording is null)
        {
            work();
        }
        else
        {
            _recording.Add(work);
        }
    }

    public void Upload(ReadOnlySpan<byte> source, ulong address)
    {
        RefuseWhileRecording();
        CheckRange(address, source.Length);
        source.CopyTo(new Span<byte>((void*)address, source.Length));
    }

    public void Download(ulong address, Span<byte> destination)
    {
        RefuseWhileRecording();
        CheckRange(address, destination.Length);
        new ReadOnlySpan<byte>((void*)address, destination.Length).CopyTo(destination);
    }

    public IReadback Readback(int bytes) => new EmulatedReadback(this, bytes);

    public IDeviceTimer Timer() => new EmulatedTimer();

    public void Fill(ulong address, byte value, long bytes)
    {
        RefuseWhileRecording();
        CheckRange(address, bytes);
        NativeMemory.Fill((void*)address, (nuint)bytes, value);
    }

    public void Synchronize() => RefuseWhileRecording();

    public IDeviceGraph Capture(Action work)
    {
        RefuseWhileRecording();
        var recorded = _recording = [];
        try
        {
            work();
        }
        finally
        {
            _recording = null;
        }

        return new EmulatedGraph(recorded);
    }

    private void RefuseWhileRecording()
    {
        if (_recording is not null)
        {
            throw new InvalidOperationException("While launches are recorded, only launches and products may be queued.");
        }
    }

    private void CheckRange(ulong address, long bytes)
    {
        foreach (var (start, length) in _allocations)
        {
            if (address >= start && address - start + (ulong)bytes <= (ulong)length)
            {
                return;
            }
        }

        throw new ArgumentException($"{bytes} bytes at {address:x} are not in one allocation of the device.");
    }

    public void Dispose()
    {
        while (_allocations.Count > 0)
        {
            Free(_allocations.GetKeyAtIndex(0));
        }
    }
}
