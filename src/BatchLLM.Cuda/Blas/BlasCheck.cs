using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Blas;

/// <summary>Turns cuBLASLt's results into exceptions that name the call and the result.</summary>
internal static unsafe class BlasCheck
{
    /// <summary>Does nothing if a call went well.</summary>
    /// <param name="status">What it returned.</param>
    /// <param name="doing">What it was for, after "could not".</param>
    /// <exception cref="BatchLLMException">It did not.</exception>
    public static void Check(BlasStatus status, string doing)
    {
        if (status != BlasStatus.Success)
        {
            throw new BatchLLMException(
                $"cuBLASLt could not {doing}: {Marshal.PtrToStringUTF8((nint)BlasApi.GetStatusName(status))} ({(int)status}).");
        }
    }
}
