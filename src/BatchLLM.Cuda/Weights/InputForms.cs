using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.Cuda.Weights;

/// <summary>What follows from an <see cref="InputForm"/>.</summary>
internal static class InputForms
{
    /// <summary>Element type of both operands.</summary>
    public static ElementType Element(this InputForm form) => form switch
    {
        InputForm.BFloat16 => ElementType.BFloat16,
        InputForm.Int8PerRow => ElementType.Int8,
        InputForm.Nvfp4 => ElementType.E2M1,
        _ => ElementType.E4M3,
    };

    /// <summary>Element type that a product's output has.</summary>
    public static ElementType Output(this InputForm form) =>
        form == InputForm.Int8PerRow ? ElementType.Int32 : ElementType.BFloat16;
}
