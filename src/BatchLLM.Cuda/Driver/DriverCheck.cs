using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Driver;

/// <summary>Turns the driver's results into exceptions that name the call, the result and what the driver says of it.</summary>
internal static unsafe class DriverCheck
{
    /// <summary>Does nothing if a call went well.</summary>
    /// <param name="result">What it returned.</param>
    /// <param name="doing">What it was for, after "could not", for example "allocate 12 bytes".</param>
    /// <exception cref="BatchLLMException">It did not.</exception>
    public static void Check(DriverResult result, string doing)
    {
        if (result != DriverResult.Success)
        {
            throw new BatchLLMException($"The GPU's driver could not {doing}: {Describe(result)}.");
        }
    }

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
