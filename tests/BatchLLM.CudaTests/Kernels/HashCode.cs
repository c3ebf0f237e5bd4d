namespace BatchLLM.CudaTests.Kernels;

/// <summary>Seeds that are the same in every run, unlike <see cref="System.HashCode"/>'s.</summary>
internal static class HashCode
{
    public static int Of(params ReadOnlySpan<int> values)
    {
        var hash = 17U;
        foreach (var value in values)
        {
            hash = (hash ^ (uint)value) * 0x9E37_79B1;
            hash ^= hash >> 15;
        }

        return (int)(hash >> 1);
    }
}
