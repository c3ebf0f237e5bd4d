using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Devices;

/// <summary>Copies of elements instead of bytes.</summary>
internal static class DeviceCopies
{
    /// <summary>Queues a copy to the device.</summary>
    public static void Upload<T>(this IDevice device, ReadOnlySpan<T> source, ulong address)
        where T : unmanaged => device.Upload(MemoryMarshal.AsBytes(source), address);

    /// <summary>Copies from the device, and waits for it.</summary>
    public static void Download<T>(this IDevice device, ulong address, Span<T> destination)
        where T : unmanaged => device.Download(address, MemoryMarshal.AsBytes(destination));

    /// <summary>Allocates room for elements, and queues their copy.</summary>
    public static DeviceMemory AllocateWith<T>(this IDevice device, ReadOnlySpan<T> source)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(source);
        var memory = device.Allocate(bytes.Length);
        device.Upload(bytes, memory.Address);
        return memory;
    }
}
