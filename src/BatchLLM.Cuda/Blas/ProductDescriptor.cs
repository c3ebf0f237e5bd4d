using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Blas;

/// <summary>
/// What cuBLASLt needs to know of a product. It counts by columns, so the row-major y = x wT is its y' = (w')T x', with w' the
/// weights seen as depth x columns: they are its first operand, transposed, as FP8 asks for, and nothing is ever moved.
/// </summary>
internal sealed unsafe class ProductDescriptor : IDisposable
{
    private const int Transposed = 1;
    private const int AsItIs = 0;

    /// <summary>Describes.</summary>
    public ProductDescriptor(ProductShape shape)
    {
        Shape = shape;
        var isInteger = shape.InputType == ElementType.Int8;
        nint handle;
        var compute = isInteger ? BlasApi.ComputeInt32 : BlasApi.ComputeFloat32;
        BlasCheck.Check(
            BlasApi.DescriptorCreate(&handle, compute, isInteger ? DataType.Int32 : DataType.Float32), $"describe a product of {shape}");
        Handle = handle;
        Set(DescriptorAttribute.TransposeA, Transposed);
        Set(DescriptorAttribute.TransposeB, AsItIs);
        if (shape.InputType == ElementType.E4M3)
        {
            // Partial sums go to float32 registers regularly: the short accumulators lose bits that the CPU's sums keep.
            Set(DescriptorAttribute.FastAccumulation, (sbyte)0);
        }

        if (shape.InputType == ElementType.E2M1)
        {
            // An older library knows no such attribute; GpuNumerics refuses it before.
            Set(DescriptorAttribute.ScaleModeA, ScaleMode.Blocks16);
            Set(DescriptorAttribute.ScaleModeB, ScaleMode.Blocks16);
        }

        W = Layout(Type(shape.InputType), shape.Depth, shape.Columns);
        X = Layout(Type(shape.InputType), shape.Depth, shape.Rows);
        Y = Layout(Type(shape.OutputType), shape.Columns, shape.Rows);
    }

    /// <summary>What it describes.</summary>
    public ProductShape Shape { get; }

    /// <summary>The operation.</summary>
    public nint Handle { get; }

    /// <summary>Layout of the weights.</summary>
    public nint W { get; }

    /// <summary>Layout of the input.</summary>
    public nint X { get; }

    /// <summary>Layout of the result.</summary>
    public nint Y { get; }

    /// <summary>Says where the scales of a product's blocks stand, which the library reads when the product is queued.</summary>
    /// <param name="weights">Address of the weights'.</param>
    /// <param name="input">Address of the input's.</param>
    public void SetScales(ulong weights, ulong input)
    {
        if (Shape.InputType == ElementType.E2M1)
        {
            Set(DescriptorAttribute.ScalesA, weights);
            Set(DescriptorAttribute.ScalesB, input);
        }
    }

    private void Set<T>(DescriptorAttribute attribute, T value)
        where T : unmanaged =>
        BlasCheck.Check(BlasApi.DescriptorSet(Handle, attribute, &value, (nuint)sizeof(T)), $"set {attribute} of a product");

    private nint Layout(DataType type, int rows, int columns)
    {
        nint layout;
        BlasCheck.Check(BlasApi.LayoutCreate(&layout, type, (ulong)rows, (ulong)columns, rows), $"lay out a product of {Shape}");
        return layout;
    }

    private static DataType Type(ElementType type) => type switch
    {
        ElementType.BFloat16 => DataType.BFloat16,
        ElementType.E4M3 => DataType.E4M3,
        ElementType.E2M1 => DataType.E2M1,
        ElementType.Int8 => DataType.Int8,
        ElementType.Int32 => DataType.Int32,
        _ => DataType.Float32,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = BlasApi.LayoutDestroy(W);
        _ = BlasApi.LayoutDestroy(X);
        _ = BlasApi.LayoutDestroy(Y);
        _ = BlasApi.DescriptorDestroy(Handle);
    }
}
