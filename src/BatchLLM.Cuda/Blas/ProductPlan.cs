using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Blas;

/// <summary>A shape with its algorithm, ready to run.</summary>
/// <param name="descriptor">Disposed with this.</param>
/// <param name="algorithm">The algorithm.</param>
/// <param name="bits">What it gave on the trial's numbers.</param>
internal sealed unsafe class ProductPlan(ProductDescriptor descriptor, Algorithm algorithm, string bits) : IDisposable
{
    /// <summary>The shape.</summary>
    public ProductShape Shape => descriptor.Shape;

    /// <summary>SHA-256 of the first rows of its result on the trial's numbers.</summary>
    public string Bits => bits;

    /// <summary>Queues the product.</summary>
    public BlasStatus Run(nint handle, in MatrixProduct product, DeviceMemory workspace, nint stream) =>
        Run(handle, descriptor, algorithm, product, workspace, stream);

    /// <summary>Queues a product with some algorithm.</summary>
    public static BlasStatus Run(
        nint handle, ProductDescriptor descriptor, Algorithm algorithm, in MatrixProduct product, DeviceMemory workspace, nint stream)
    {
        descriptor.SetScales(product.WScales, product.XScales);

        // Four bytes of float32 1 and 0, or, with integers, of int32 1 and 0.
        var one = product.InputType == ElementType.Int8 ? 1 : BitConverter.SingleToInt32Bits(1);
        var zero = 0;
        return BlasApi.Multiply(
            handle, descriptor.Handle, &one, product.W, descriptor.W, product.X, descriptor.X, &zero, product.Y, descriptor.Y, product.Y,
            descriptor.Y, &algorithm, workspace.Address, (nuint)workspace.ByteCount, stream);
    }

    /// <inheritdoc/>
    public void Dispose() => descriptor.Dispose();
}
