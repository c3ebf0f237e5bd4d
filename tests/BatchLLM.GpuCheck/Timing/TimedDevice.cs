using System.Globalization;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.GpuCheck.Timing;

/// <summary>
/// A device that can measure each launch and product between two moments. Meanwhile what was recorded is queued piece by piece:
/// the host must keep ahead of the device, which it does where a step takes milliseconds.
/// </summary>
/// <param name="device">Does the work; not disposed with this.</param>
internal sealed class TimedDevice(IDevice device) : IDevice
{
    private readonly List<Span> _spans = [];

    /// <inheritdoc/>
    public DeviceProperties Properties => device.Properties;

    /// <inheritdoc/>
    public long FreeBytes => device.FreeBytes;

    /// <summary>True while launches are measured.</summary>
    public bool IsTiming { get; set; }

    /// <inheritdoc/>
    public DeviceMemory Allocate(long bytes) => device.Allocate(bytes);

    /// <inheritdoc/>
    public IKernel Kernel(string source, string name) => device.Kernel(source, name);

    /// <inheritdoc/>
    public void Launch<T>(IKernel kernel, LaunchShape shape, in T arguments)
        where T : unmanaged
    {
        var start = IsTiming ? device.Mark() : null;
        device.Launch(kernel, shape, arguments);
        if (start is not null)
        {
            _spans.Add(new Span(kernel.Name, KernelWork.Of(kernel.Name, shape, arguments), start, device.Mark()));
        }
    }

    /// <inheritdoc/>
    public void Multiply(in MatrixProduct product)
    {
        var start = IsTiming ? device.Mark() : null;
        device.Multiply(product);
        if (start is not null)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"product {product.Columns} x {product.Depth}, {product.InputType}");
            _spans.Add(new Span(name, KernelWork.Of(product), start, device.Mark()));
        }
    }

    /// <inheritdoc/>
    public void Prepare(in MatrixProduct product) => device.Prepare(product);

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<byte> source, ulong address) => device.Upload(source, address);

    /// <inheritdoc/>
    public void Download(ulong address, Span<byte> destination) => device.Download(address, destination);

    /// <inheritdoc/>
    public IReadback Readback(int bytes) => device.Readback(bytes);

    /// <inheritdoc/>
    public void Fill(ulong address, byte value, long bytes) => device.Fill(address, value, bytes);

    /// <inheritdoc/>
    public void Synchronize() => device.Synchronize();

    /// <inheritdoc/>
    public IDeviceGraph Capture(Action work) => new TimedGraph(this, device, work);

    /// <inheritdoc/>
    public IMoment Mark() => device.Mark();

    /// <summary>What was measured since the last call, the most time first; waits for it.</summary>
    public IReadOnlyList<KernelTime> Take()
    {
        device.Synchronize();
        KernelTime[] times =
        [
            .. _spans.GroupBy(span => span.Name).Select(group => new KernelTime(
                group.Key, group.Sum(span => span.End.MillisecondsSince(span.Start)), group.Count(),
                group.Aggregate(default(KernelWork), (sum, span) => sum + span.Work))).OrderByDescending(time => time.Milliseconds),
        ];
        _spans.ForEach(span => span.Dispose());
        _spans.Clear();
        return times;
    }

    /// <inheritdoc/>
    public void Dispose() => _spans.ForEach(span => span.Dispose());

    private sealed record Span(string Name, KernelWork Work, IMoment Start, IMoment End) : IDisposable
    {
        public void Dispose()
        {
            Start.Dispose();
            End.Dispose();
        }
    }
}
