using BatchLLM.Cuda.Devices;

namespace BatchLLM.Cuda.Blas;

/// <summary>Products that one algorithm serves.</summary>
/// <param name="Rows">Tokens.</param>
/// <param name="Columns">Outputs.</param>
/// <param name="Depth">Inputs.</param>
/// <param name="InputType">Of both operands.</param>
/// <param name="OutputType">Of the result.</param>
internal readonly record struct ProductShape(int Rows, int Columns, int Depth, ElementType InputType, ElementType OutputType)
{
    /// <summary>The shape of a product.</summary>
    public static ProductShape Of(in MatrixProduct product) =>
        new(product.Rows, product.Columns, product.Depth, product.InputType, product.OutputType);

    /// <summary>The layer that it belongs to: all but the rows.</summary>
    public ProductShape Layer => this with { Rows = 0 };

    /// <summary>For messages.</summary>
    public override string ToString() => $"{Rows} x {Columns} x {Depth} of {InputType} to {OutputType}";
}
