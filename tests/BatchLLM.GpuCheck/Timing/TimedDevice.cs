using System.Globalization;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.GpuCheck.Timing;

/// <summary>
/// A device that can measure each launch and product. Meanwhile what was recorded is queued piece by piece:
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
        if (!IsTiming)
        {
            device.Launch(kernel, shape, arguments);
            return;
        }

        var timer = Start(kernel.Name, KernelWork.Of(kernel.Name, shape, arguments));
        device.Launch(kernel, shape, arguments);
        timer.Stop();
    }

    /// <inheritdoc/>
    public void Multiply(in MatrixProduct product)
    {
        if (!IsTiming)
        {
            device.Multiply(product);
            return;
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"product {product.Columns} x {product.Depth}, {product.InputType}");
        var timer = Start(name, KernelWork.Of(product));
        device.Multiply(product);
        timer.Stop();
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
    public IDeviceTimer Timer() => device.Timer();

    /// <summary>What was measured since the last call, the most time first; waits for it.</summary>
    public IReadOnlyList<KernelTime> Take()
    {
        device.Synchronize();
        KernelTime[] times =
        [
            .. _spans.GroupBy(span => span.Name).Select(group => new KernelTime(
                group.Key, group.Sum(span => span.Timer.Elapsed.TotalMilliseconds), group.Count(),
                group.Aggregate(default(KernelWork), (sum, span) => sum + span.Work))).OrderByDescending(time => time.Milliseconds),
        ];
        _spans.ForEach(span => span.Timer.Dispose());
        _spans.Clear();
        return times;
    }

    /// <inheritdoc/>
    public void Dispose() => _spans.ForEach(span => span.Timer.Dispose());

    private IDeviceTimer Start(string name, KernelWork work)
    {
        var timer = device.Timer();
        _spans.Add(new Span(name, work, timer));
        timer.Start();
        return timer;
    }

    private sealed record Span(string Name, KernelWork Work, IDeviceTimer Timer);
}
