using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Linear;

/// <summary>Input rows of a product, in units of four bytes: a float32, or two BF16.</summary>
/// <param name="rows">// [rows, units]</param>
/// <param name="scales">What each row's sums are multiplied by; null for one. // [rows]</param>
internal readonly unsafe struct ProductInput(Matrix rows, float* scales)
{
    /// <summary>Units. // [rows, units]</summary>
    public Matrix Rows => rows;

    /// <summary>A row's scale.</summary>
    /// <param name="row">Which row.</param>
    public float Scale(int row) => scales is null ? 1 : scales[row];
}
