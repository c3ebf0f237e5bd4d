using System.Diagnostics.CodeAnalysis;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>Names of <see cref="QuantizeFormat"/> on the command line, and what each needs.</summary>
public static class QuantizeFormats
{
    private static readonly (string Name, QuantizeFormat Format)[] All =
    [
        ("fp8", QuantizeFormat.Fp8),
        ("fp8-dynamic", QuantizeFormat.Fp8Dynamic),
        ("nvfp4", QuantizeFormat.Nvfp4),
        ("int4-awq", QuantizeFormat.Int4Awq),
        ("int8", QuantizeFormat.Int8),
    ];

    /// <summary>All names, for messages.</summary>
    public static IEnumerable<string> Names => All.Select(pair => pair.Name);

    /// <summary>Finds a format by its name.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out QuantizeFormat? format)
    {
        format = All.Where(pair => pair.Name == name).Select(pair => (QuantizeFormat?)pair.Format).FirstOrDefault();
        return format is not null;
    }

    /// <summary>The command line's spelling.</summary>
    public static string Name(this QuantizeFormat format) => All.First(pair => pair.Format == format).Name;

    /// <summary>True if the layout holds numbers that only activations on real prompts give.</summary>
    public static bool NeedsCalibration(this QuantizeFormat format) =>
        format is QuantizeFormat.Fp8 or QuantizeFormat.Nvfp4 or QuantizeFormat.Int4Awq;
}
