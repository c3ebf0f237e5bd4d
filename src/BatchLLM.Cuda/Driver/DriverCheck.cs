using System.Runtime.InteropServices;
using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Driver;

/// <summary>Turns the driver's results into exceptions that name the call, the result and what the driver says of it.</summary>
internal static unsafe class DriverCheck
{
    /// <summary>Does nothing if a call went well.</summary>
    /// <param name="result">What it returned.</param>
    /// <param name="doing">What it was for, after "could not", for example "allocate 12 bytes".</param>
    /// <exception cref="DeviceLostException">It did not, and no other will.</exception>
    /// <exception cref="BatchLLMException">It did not.</exception>
    public static void Check(DriverResult result, string doing)
    {
        if (result != DriverResult.Success)
        {
            throw IsFinal(result)
                ? new DeviceLostException($"could not {doing}: {Describe(result)}")
                : new BatchLLMException($"The GPU's driver could not {doing}: {Describe(result)}.");
        }
    }

    // After these every call of the process returns the same; CUDA's driver API says of each that the process must be started again.
    private static bool IsFinal(DriverResult result) => result is DriverResult.EccUncorrectable or DriverResult.LinkUncorrectable
        or DriverResult.IllegalAddress or DriverResult.LaunchTimeout or DriverResult.ContextIsDestroyed or DriverResult.Assertion
        or DriverResult.HardwareStackError or DriverResult.IllegalInstruction or DriverResult.MisalignedAddress
        or DriverResult.InvalidAddressSpace or DriverResult.InvalidProgramCounter or DriverResult.LaunchFailed or DriverResult.Unknown;

    /// <summary>Name, number and text of a result.</summary>
    public static string Describe(DriverResult result)
    {
        byte* name = null;
        byte* text = null;
        _ = DriverApi.GetErrorName(result, &name);
        _ = DriverApi.GetErrorString(result, &text);
        return name == null ? $"error {(int)result}" : $"{Text(name)} ({(int)result}), {Text(text)}";
    }

    private static string? Text(byte* text) => Marshal.PtrToStringUTF8((nint)text);
}
