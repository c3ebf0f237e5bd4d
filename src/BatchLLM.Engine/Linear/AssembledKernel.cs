using BatchLLM.Engine.Assembly;

namespace BatchLLM.Engine.Linear;

/// <summary>A kernel of assembled functions, one for every count of rows.</summary>
/// <param name="page">Holds the functions; outlives the kernel.</param>
/// <param name="functions">Which of them.</param>
internal sealed unsafe class AssembledKernel(CodePage page, KernelFunctions functions) : IIntegerKernel
{
    /// <inheritdoc/>
    public int Rows => functions.Rows;

    /// <inheritdoc/>
    public int Strips => functions.Strips;

    /// <inheritdoc/>
    public IntegerForm Form => functions.Form;

    /// <inheritdoc/>
    public bool ReadsCodes => functions.ReadsCodes;

    // A call lasts a few microseconds at most: a collection can wait for it, and the transition would cost more than a tile of one row.
    /// <inheritdoc/>
    public void Multiply(IntegerTile* tile, int rows) =>
        ((delegate* unmanaged[SuppressGCTransition]<IntegerTile*, void>)page[functions.First + rows - 1])(tile);
}
