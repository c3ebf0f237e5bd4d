namespace BatchLLM.Checkpoints;

/// <summary>Spelling of <see cref="Numerics"/> in job files, receipts and on the command line.</summary>
public static class NumericsNames
{
    /// <summary>All names, in the enumeration's order.</summary>
    public static IReadOnlyList<string> All { get; } =
        ["bf16", "w8a8-static", "w8a8-dynamic", "w8a8-int8", "w4a16", "w4a8", "w4a4-emulated"];

    /// <summary>The name.</summary>
    public static string Name(this Numerics numerics) => All[(int)numerics];

    /// <summary>Finds the numerics of a name; null if there is none.</summary>
    public static Numerics? Parse(string name)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (All[i] == name)
            {
                return (Numerics)i;
            }
        }

        return null;
    }
}
