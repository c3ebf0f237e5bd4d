namespace BatchLLM.Engine.Memory;

/// <summary>A row-major float matrix in native memory that someone else owns.</summary>
/// <param name="data">First element of row 0.</param>
/// <param name="stride">Elements from one row to the next.</param>
internal readonly unsafe struct Matrix(float* data, nint stride)
{
    /// <summary>First element of row 0.</summary>
    public float* Data => data;

    /// <summary>Elements from one row to the next.</summary>
    public nint Stride => stride;

    /// <summary>First element of a row.</summary>
    public float* this[int row] => data + row * stride;
}
