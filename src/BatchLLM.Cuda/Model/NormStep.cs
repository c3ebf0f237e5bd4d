using BatchLLM.Cuda.Devices;
using BatchLLM.Cuda.Kernels;
using BatchLLM.Cuda.Weights;

namespace BatchLLM.Cuda.Model;

/// <summary>Adds a product to the residual and normalizes that into the input of the next one.</summary>
internal sealed class NormStep
{
    private readonly AddNorm _kernel;
    private readonly AddNormArguments _arguments;

    /// <summary>Finds the kernel.</summary>
    /// <param name="context">What all layers share.</param>
    /// <param name="before">Whose product is added; null for none.</param>
    /// <param name="weight">The norm's.</param>
    /// <param name="next">Whose input is made.</param>
    public NormStep(PassContext context, DeviceLinear? before, DeviceMemory weight, DeviceLinear next)
    {
        var buffers = context.Buffers;
        _kernel = new AddNorm(context.Device, before?.Form.Input.Output() ?? ElementType.BFloat16, next.Form.Input);
        _arguments = new AddNormArguments
        {
            Product = before is null ? 0 : buffers.Products.Address,
            RowScales = before?.Form.RowScales(buffers.OtherScales) ?? 0,
            ColumnScales = before?.ColumnScales ?? 0,
            Residual = buffers.Residual.Address,
            Weight = weight.Address,
            Output = buffers.Inputs.Address,
            OutputScales = buffers.InputScales(next.Form, buffers.NormScales),
            Hidden = context.Config.HiddenSize,
            ProductScale = before?.Form.InputScale ?? 1,
            OutputScale = next.Form.InputScale,
            Epsilon = (float)context.Config.NormEpsilon,
        };
    }

    /// <summary>Queues it for all rows.</summary>
    public void Run(int rows) => _kernel.Launch(rows, _arguments);

    /// <summary>Queues it for some rows, each of them once.</summary>
    /// <param name="list">Address of the rows. // int32 [count]</param>
    /// <param name="count">How many.</param>
    public void Run(ulong list, int count) => _kernel.Launch(count, _arguments with { RowList = list });
}
