using BatchLLM.Cuda.Driver;

namespace BatchLLM.Cuda.Devices;

/// <summary>Memory of the host that a GPU reads and writes by itself, with an event that tells when it has.</summary>
internal sealed unsafe class PinnedMemory : IDisposable
{
    private const uint DisableTiming = 2;

    private readonly byte* _address;
    private readonly nint _event;

    /// <summary>Allocates.</summary>
    /// <param name="bytes">How much.</param>
    public PinnedMemory(int bytes)
    {
        void* address;
        nint handle;
        DriverCheck.Check(DriverApi.HostAllocate(&address, (nuint)bytes, 0), $"pin {bytes} bytes of the host's memory");
        DriverCheck.Check(DriverApi.EventCreate(&handle, DisableTiming), "create an event");
        _address = (byte*)address;
        (_event, ByteCount) = (handle, bytes);
    }

    /// <summary>How long it is.</summary>
    public int ByteCount { get; }

    /// <summary>Where it begins.</summary>
    public byte* Address => _address;

    /// <summary>Its beginning.</summary>
    public Span<byte> Span(int bytes) => new Span<byte>(_address, ByteCount)[..bytes];

    /// <summary>Has what follows wait, in <see cref="Wait"/>, for all that is queued by now.</summary>
    public void Mark(nint stream) => DriverCheck.Check(DriverApi.EventRecord(_event, stream), "record an event");

    /// <summary>Waits for the last mark; at once if there was none.</summary>
    public void Wait() => DriverCheck.Check(DriverApi.EventSynchronize(_event), "finish what was queued");

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = DriverApi.EventDestroy(_event);
        _ = DriverApi.HostFree(_address);
    }
}
