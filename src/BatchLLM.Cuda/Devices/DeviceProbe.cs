using System.Runtime.InteropServices;
using BatchLLM.Cuda.Driver;

namespace BatchLLM.Cuda.Devices;

/// <summary>Finds a GPU and asks what it is.</summary>
internal static unsafe class DeviceProbe
{
    private const int NameLength = 256;

    // E4M3 conversions begin with Ada, 8.9.
    private const int OldestCapability = 89;

    /// <summary>The driver's handle of a GPU.</summary>
    /// <exception cref="BatchLLMException">There is none of that number.</exception>
    public static int Find(CudaDriver driver, int ordinal)
    {
        RequireOrdinal(driver.DeviceCount, ordinal);
        int device;
        DriverCheck.Check(DriverApi.DeviceGet(&device, ordinal), $"find GPU {ordinal}");
        return device;
    }

    /// <summary>What a GPU is.</summary>
    /// <exception cref="BatchLLMException">It is too old.</exception>
    public static DeviceProperties Describe(int device, int ordinal)
    {
        nuint bytes;
        var name = stackalloc byte[NameLength];
        DriverCheck.Check(DriverApi.DeviceGetName(name, NameLength, device), $"tell the name of GPU {ordinal}");
        DriverCheck.Check(DriverApi.DeviceTotalMem(&bytes, device), $"tell the memory of GPU {ordinal}");
        var properties = new DeviceProperties(
            Marshal.PtrToStringUTF8((nint)name)!,
            Attribute(DeviceAttribute.ComputeMajor, device),
            Attribute(DeviceAttribute.ComputeMinor, device),
            Attribute(DeviceAttribute.MultiprocessorCount, device),
            Attribute(DeviceAttribute.SharedBytesPerBlockOptIn, device),
            (long)bytes);
        RequireCapability(properties);
        return properties;
    }

    /// <summary>What kernels are compiled for: the device's own instructions, those of one generation alone included.</summary>
    public static string Architecture(DeviceProperties properties) =>
        $"sm_{properties.Major}{properties.Minor}{(properties.Major >= 9 ? "a" : "")}";

    /// <summary>Refuses a number that no GPU has.</summary>
    internal static void RequireOrdinal(int count, int ordinal)
    {
        if (ordinal < 0 || ordinal >= count)
        {
            throw new BatchLLMException(
                $"GPU {ordinal} was asked for; this machine has {count}, numbered from 0. Choose --device " +
                $"{(count == 1 ? "cuda" : $"cuda:0 to cuda:{count - 1}")}.");
        }
    }

    /// <summary>Refuses a GPU that lacks instructions.</summary>
    internal static void RequireCapability(DeviceProperties properties)
    {
        if (properties.Major * 10 + properties.Minor < OldestCapability)
        {
            throw new BatchLLMException(
                $"{properties.Name} has compute capability {properties.Major}.{properties.Minor}; expected 8.9 (Ada) or newer. " +
                "Run on the CPU with --device cpu.");
        }
    }

    private static int Attribute(DeviceAttribute attribute, int device)
    {
        int value;
        DriverCheck.Check(DriverApi.DeviceGetAttribute(&value, attribute, device), $"tell its {attribute}");
        return value;
    }
}
