using BatchLLM.Cuda.Devices;

namespace BatchLLM.Benchmarks.HostSteps;

/// <summary>
/// A GPU that computes nothing and is done at once: what remains of a step is the host's. Uploads are copied into a ring, as into
/// pinned memory; calls of NVIDIA's libraries are not made, and cost nothing here.
/// </summary>
internal sealed class IdleDevice : IDevice
{
    private const long Memory = 141L << 30; // one H200
    private const int PieceBytes = 8 << 20;

    private readonly byte[][] _pieces = [new byte[PieceBytes], new byte[PieceBytes], new byte[PieceBytes], new byte[PieceBytes]];
    private ulong _next = 1 << 20;
    private long _allocated;
    private int _piece;

    /// <summary>Bytes that were uploaded.</summary>
    public long UploadedBytes { get; private set; }

    /// <summary>Kernels, products and graphs that were queued.</summary>
    public long LaunchCount { get; private set; }

    /// <inheritdoc/>
    public DeviceProperties Properties { get; } = new("no GPU", 9, 0, 132, 227 * 1024, Memory);

    /// <inheritdoc/>
    public long FreeBytes => Memory - _allocated;

    /// <inheritdoc/>
    public DeviceMemory Allocate(long bytes)
    {
        var address = _next;
        _next += (ulong)(bytes + 255) / 256 * 256;
        _allocated += bytes;
        return new DeviceMemory(address, bytes, _ => _allocated -= bytes);
    }

    /// <inheritdoc/>
    public IKernel Kernel(string source, string name) => new IdleKernel(name);

    /// <inheritdoc/>
    public void Launch<T>(IKernel kernel, LaunchShape shape, in T arguments)
        where T : unmanaged => LaunchCount++;

    /// <inheritdoc/>
    public void Multiply(in MatrixProduct product) => LaunchCount++;

    /// <inheritdoc/>
    public void Prepare(in MatrixProduct product)
    {
        // All products are as fast.
    }

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<byte> source, ulong address)
    {
        UploadedBytes += source.Length;
        for (var start = 0; start < source.Length; start += PieceBytes)
        {
            source[start..Math.Min(source.Length, start + PieceBytes)].CopyTo(_pieces[_piece]);
            _piece = (_piece + 1) % _pieces.Length;
        }
    }

    /// <inheritdoc/>
    public void Download(ulong address, Span<byte> destination) => destination.Clear();

    /// <inheritdoc/>
    public IReadback Readback(int bytes) => new IdleReadback(bytes);

    /// <inheritdoc/>
    public IDeviceTimer Timer() => new IdleTimer();

    /// <inheritdoc/>
    public void Fill(ulong address, byte value, long bytes)
    {
        // There is no memory.
    }

    /// <inheritdoc/>
    public void Synchronize()
    {
        // Nothing is under way.
    }

    /// <inheritdoc/>
    public IDeviceGraph Capture(Action work)
    {
        work();
        return new IdleGraph(() => LaunchCount++);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed record IdleKernel(string Name) : IKernel;

    private sealed class IdleGraph(Action launch) : IDeviceGraph
    {
        public void Launch() => launch();

        public void Dispose()
        {
            // Nothing is held.
        }
    }

    // Token 0 of every choice.
    private sealed class IdleReadback(int bytes) : IReadback
    {
        private readonly byte[] _tokens = new byte[bytes];
        private int _length;

        public void Queue(ulong address, int bytes) => _length = bytes;

        public ReadOnlySpan<byte> Wait() => _tokens.AsSpan(0, _length);

        public void Dispose()
        {
            // Nothing is held.
        }
    }

    private sealed class IdleTimer : IDeviceTimer
    {
        public TimeSpan Elapsed => TimeSpan.Zero;

        public void Start()
        {
            // No time passes.
        }

        public void Stop()
        {
            // No time passes.
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
