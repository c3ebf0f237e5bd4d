using System.Runtime.InteropServices;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Arrays to a device and back.</summary>
internal static class DeviceArrays
{
    /// <summary>Allocates memory that holds the values.</summary>
    public static DeviceMemory Store<T>(this IDevice device, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        var memory = device.Allocate(Math.Max(1, bytes.Length));
        device.Upload(bytes, memory.Address);
        return memory;
    }

    /// <inheritdoc cref="Store{T}(IDevice, ReadOnlySpan{T})"/>
    public static DeviceMemory Store<T>(this IDevice device, T[] values)
        where T : unmanaged => device.Store<T>(values.AsSpan());

    /// <summary>Reads all of a memory.</summary>
    public static T[] Read<T>(this IDevice device, DeviceMemory memory)
        where T : unmanaged
    {
        var values = new T[memory.ByteCount / Marshal.SizeOf<T>()];
        device.Download(memory.Address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
