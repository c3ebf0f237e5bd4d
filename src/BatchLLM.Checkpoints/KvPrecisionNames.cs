namespace BatchLLM.Checkpoints;

/// <summary>Spelling of <see cref="KvPrecision"/> in job files, receipts and on the command line.</summary>
public static class KvPrecisionNames
{
    /// <summary>All names, in the enumeration's order.</summary>
    public static IReadOnlyList<string> All { get; } = ["full", "fp8", "bf16"];

    /// <summary>The name.</summary>
    public static string Name(this KvPrecision precision) => All[(int)precision];

    /// <summary>Finds the precision of a name; null if there is none.</summary>
    public static KvPrecision? Parse(string name) => name switch
    {
        "full" => KvPrecision.Full,
        "fp8" => KvPrecision.Fp8,
        "bf16" => KvPrecision.Bf16,
        _ => null,
    };
}
