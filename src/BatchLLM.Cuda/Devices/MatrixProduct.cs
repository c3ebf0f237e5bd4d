namespace BatchLLM.Cuda.Devices;

/// <summary>
/// y = x wT, as linear layers have it: all three row-major, sums in float32 (in int32 for <see cref="ElementType.Int8"/>).
/// </summary>
/// <param name="X">Address of the input. // [rows, depth] of <paramref name="InputType"/></param>
/// <param name="W">Address of the weights. // [columns, depth] of <paramref name="InputType"/></param>
/// <param name="Y">Address of the output. // [rows, columns] of <paramref name="OutputType"/></param>
/// <param name="Rows">Tokens.</param>
/// <param name="Columns">Outputs of the layer, a multiple of 16.</param>
/// <param name="Depth">Inputs of the layer, a multiple of 16, or of 32 for E2M1.</param>
/// <param name="InputType">
/// Of x and w: BF16, E4M3, INT8, or E2M1 with its blocks' scales. Codes are multiplied as they are: whoever reads y applies all other scales.
/// </param>
/// <param name="OutputType">BF16 or float32; int32 where the input is INT8.</param>
public readonly record struct MatrixProduct(
    ulong X, ulong W, ulong Y, int Rows, int Columns, int Depth, ElementType InputType, ElementType OutputType)
{
    /// <summary>Address of x's block scales, for E2M1 only. // <see cref="BlockScaleTiles"/> of [rows, depth]</summary>
    public ulong XScales { get; init; }

    /// <summary>Address of w's block scales, for E2M1 only. // <see cref="BlockScaleTiles"/> of [columns, depth]</summary>
    public ulong WScales { get; init; }
}
