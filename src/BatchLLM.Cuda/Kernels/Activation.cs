using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>silu(gate) up as the next product's input.</summary>
/// <param name="device">Where.</param>
/// <param name="product">What the product has written: BF16, or int32.</param>
/// <param name="form">What the next product reads.</param>
internal sealed class Activation(IDevice device, ElementType product, InputForm form)
{
    private const int PartThreads = 256;

    private readonly IKernel _kernel =
        device.Kernel("activation", $"activate_{KernelNames.Of(product)}_to_{KernelNames.Of(form)}");

    /// <summary>Queues it.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="arguments">Where all stands.</param>
    public void Launch(int rows, in ActivationArguments arguments)
    {
        var pieces = arguments.Width / (form == InputForm.Nvfp4 ? BlockScaleTiles.BlockSize : 8);

        // A row whose scale depends on all of it is one block's; otherwise its parts go to as many blocks as it has.
        var shape = form.IsPerRow()
            ? RowShape.Of(rows, pieces, sharedBytes: arguments.Width * sizeof(float))
            : RowShape.Of(rows, pieces, PartThreads) with { GridY = (pieces + PartThreads - 1) / PartThreads };
        device.Launch(_kernel, shape, arguments);
    }
}
