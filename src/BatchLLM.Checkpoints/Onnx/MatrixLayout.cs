namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Where the elements of a matrix [outputs, columns] stand in a stored tensor.</summary>
/// <param name="IsOutputMajor">True if the columns of one output stand together; ONNX's own MatMul has it the other way.</param>
/// <param name="Stride">Elements from one output to the next, or from one column to the next.</param>
/// <param name="FirstOutput">Outputs of other layers that stand before this one's in the same tensor.</param>
internal sealed record MatrixLayout(bool IsOutputMajor, long Stride, int FirstOutput)
{
    /// <summary>The layout of one value per block of columns, which stands as the matrix does.</summary>
    public MatrixLayout WithStride(long outputMajor, long columnMajor) =>
        this with { Stride = IsOutputMajor ? outputMajor : columnMajor };
}
