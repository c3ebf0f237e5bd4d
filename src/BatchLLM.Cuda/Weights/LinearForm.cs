using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;

namespace BatchLLM.Cuda.Weights;

/// <summary>How layers that read one input are multiplied: what their weights become, and what their input is rounded to.</summary>
/// <param name="Input">What the input is rounded to; weights have the same element type.</param>
/// <param name="InputScale">The input's scale where it is static; 1 elsewhere.</param>
internal readonly record struct LinearForm(InputForm Input, float InputScale)
{
    /// <summary>Where whoever reads a product finds the scales of its rows; 0 if the input has none.</summary>
    /// <param name="scales">Where they are written.</param>
    public ulong RowScales(DeviceMemory scales) => Input.IsPerRow() ? scales.Address : 0;

    /// <summary>Decides, as the CPU's engine does: an unquantized layer among the siblings leaves the input of all unrounded.</summary>
    /// <param name="numerics">What is in force.</param>
    /// <param name="siblings">Layers that read one input; the largest of their scales covers the input of all.</param>
    public static LinearForm Of(Numerics numerics, IReadOnlyList<LinearWeight> siblings)
    {
        if (siblings.Any(weight => weight.Format == WeightFormat.Float))
        {
            return new LinearForm(InputForm.BFloat16, 1);
        }

        return numerics switch
        {
            Numerics.W8A8Static => new LinearForm(InputForm.E4M3Static, siblings.Max(weight => weight.InputScale) ?? 1),
            Numerics.W8A8Dynamic => new LinearForm(InputForm.E4M3PerRow, 1),
            Numerics.W8A8Int8 => new LinearForm(InputForm.Int8PerRow, 1),
            Numerics.W4A4Emulated => new LinearForm(InputForm.Nvfp4, siblings.Max(weight => weight.InputScale) ?? 1),
            _ => new LinearForm(InputForm.BFloat16, 1),
        };
    }
}
