namespace BatchLLM.Engine.Linear;

/// <summary>Whole sums in .NET's own vectors. A step is a quad of k. // [2 pairs, 16, 2] shorts</summary>
internal sealed unsafe class PortableInt8Kernel : IIntegerKernel
{
    /// <inheritdoc/>
    public int Rows => ShortPairKernel.TileRows;

    /// <inheritdoc/>
    public int Strips => 1;

    /// <inheritdoc/>
    public IntegerForm Form => IntegerForm.Shorts;

    /// <inheritdoc/>
    public bool ReadsCodes => false;

    /// <inheritdoc/>
    public void Multiply(IntegerTile* tile, int rows) => ShortPairKernel.Multiply(
        (short*)tile->A, tile->AStride / sizeof(short), (short*)tile->B, 2 * (int)tile->Steps, rows, tile->Sums);
}
