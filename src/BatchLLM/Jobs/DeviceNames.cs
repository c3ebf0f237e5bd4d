using System.Globalization;

namespace BatchLLM.Jobs;

/// <summary>Spelling of devices in job files and on the command line: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</summary>
public static class DeviceNames
{
    /// <summary>The CPU.</summary>
    public const string Cpu = "cpu";

    /// <summary>The first GPU; the kind of all.</summary>
    public const string Cuda = "cuda";

    /// <summary>True for a name that the schema of job files allows.</summary>
    public static bool IsName(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device is Cpu or Cuda || (device.StartsWith($"{Cuda}:", StringComparison.Ordinal)
            && device.Length - Cuda.Length is 2 or 3 && device.AsSpan(Cuda.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0);
    }

    /// <summary>Number of the GPU among those that the process may use, from 0; null for the CPU.</summary>
    /// <param name="device">A name that the schema allows.</param>
    public static int? GpuOf(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device == Cpu ? null
            : device == Cuda ? 0
            : int.Parse(device.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
