using BatchLLM.Engine.Assembly;

namespace BatchLLM.Engine.Linear;

/// <summary>A kernel of assembled functions, one for every count of rows.</summary>
/// <param name="page">Holds the functions; outlives the kernel.</param>
/// <param name="first">The function for one row; those for more rows follow it.</param>
/// <param name="rows">Functions.</param>
/// <param name="strips">Strips of a tile.</param>
/// <param name="form">How operands are laid out.</param>
/// <param name="readsCodes">True if weights are read as they are packed.</param>
internal sealed unsafe class AssembledKernel(
    CodePage page, int first, int rows, int strips, IntegerForm form, bool readsCodes) : IIntegerKernel
{
    /// <inheritdoc/>
    public int Rows => rows;

    /// <inheritdoc/>
    public int Strips => strips;

    /// <inheritdoc/>
    public IntegerForm Form => form;

    /// <inheritdoc/>
    public bool ReadsCodes => readsCodes;

    // A call lasts a few microseconds at most: a collection can wait for it, and the transition would cost more than a tile of one row.
    /// <inheritdoc/>
    public void Multiply(IntegerTile* tile, int rows) =>
        ((delegate* unmanaged[SuppressGCTransition]<IntegerTile*, void>)page[first + rows - 1])(tile);
}
