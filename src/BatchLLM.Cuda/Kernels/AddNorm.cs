using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Kernels;

/// <summary>Adds a product's output to the residual and normalizes that into the next product's input.</summary>
/// <param name="device">Where.</param>
/// <param name="product">What the product has written: BF16, or int32.</param>
/// <param name="form">What the next product reads.</param>
internal sealed class AddNorm(IDevice device, ElementType product, InputForm form)
{
    private readonly IKernel _kernel =
        device.Kernel("norm", $"add_norm_{KernelNames.Of(product)}_to_{KernelNames.Of(form)}");

    /// <summary>Queues it.</summary>
    /// <param name="rows">Rows of the output.</param>
    /// <param name="arguments">Where all stands.</param>
    public void Launch(int rows, in AddNormArguments arguments) => device.Launch(
        _kernel, RowShape.Of(rows, arguments.Hidden / 8, sharedBytes: arguments.Hidden * sizeof(float)), arguments);
}
