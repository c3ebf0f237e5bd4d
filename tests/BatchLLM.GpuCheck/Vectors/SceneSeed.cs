namespace BatchLLM.GpuCheck.Vectors;

/// <summary>Seeds of numbers: the same in every run, unlike <see cref="HashCode"/>'s.</summary>
internal static class SceneSeed
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
