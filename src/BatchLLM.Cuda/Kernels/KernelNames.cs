using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Parts of kernels' names.</summary>
internal static class KernelNames
{
    /// <summary>Of what a product has written.</summary>
    public static string Of(ElementType product) => product switch
    {
        ElementType.BFloat16 => "bf16",
        ElementType.Int32 => "int32",
        ElementType.Float32 => "f32",
        _ => throw new ArgumentOutOfRangeException(nameof(product), product, "No product writes that."),
    };

    /// <summary>Of what a product reads.</summary>
    public static string Of(InputForm form) => form switch
    {
        InputForm.BFloat16 => "bf16",
        InputForm.E4M3Static => "e4m3",
        InputForm.E4M3PerRow => "e4m3_row",
        InputForm.Nvfp4 => "nvfp4",
        _ => "int8_row",
    };

    /// <summary>True if each row gets a scale of its own.</summary>
    public static bool IsPerRow(this InputForm form) => form is InputForm.E4M3PerRow or InputForm.Int8PerRow;
}
