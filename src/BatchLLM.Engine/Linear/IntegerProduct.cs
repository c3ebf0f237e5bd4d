using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>c = a Wᵀ or c += a Wᵀ in integers, cut into (row chunk, column panel) pieces. Reused.</summary>
/// <remarks>
/// Weights are expanded a block at a time into first-level cache, once for all rows of a chunk; with one row that costs no more
/// than reading the weights from memory. An element's sum takes its groups in ascending k, whatever the tile or the block.
/// </remarks>
internal sealed unsafe class IntegerProduct : IWorkItems
{
    private const int RowChunk = IntegerScratch.Rows;

    private readonly IntegerKernels _kernels;
    private readonly IntegerScratch _scratch;
    private PackedMatrix _weights = null!;
    private Int8Rows _a = null!;
    private Matrix _c;
    private int _firstPanel;
    private int _panelCount;
    private int _rowCount;
    private bool _adds;

    /// <summary>Creates the product.</summary>
    /// <param name="kernels">Outlive this object.</param>
    /// <param name="scratch">Outlives this object.</param>
    public IntegerProduct(IntegerKernels kernels, IntegerScratch scratch) => (_kernels, _scratch) = (kernels, scratch);

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Sets the next product.</summary>
    /// <param name="weights">W, whose parts are all <see cref="IIntegerPanels"/>.</param>
    /// <param name="panels">The panels to compute: those whose input <paramref name="a"/> is.</param>
    /// <param name="a">Input. // [rowCount, weights.Depth]</param>
    /// <param name="c">Result. // [rowCount, weights.ColumnCount]</param>
    /// <param name="rowCount">Rows of both.</param>
    /// <param name="adds">True to add to what stands in <paramref name="c"/>.</param>
    public IntegerProduct Of(PackedMatrix weights, Range panels, Int8Rows a, Matrix c, int rowCount, bool adds)
    {
        (_weights, _a, _c, _rowCount, _adds) = (weights, a, c, rowCount, adds);
        (_firstPanel, _panelCount) = panels.GetOffsetAndLength(weights.PanelCount);
        Count = (rowCount + RowChunk - 1) / RowChunk * _panelCount;
        return this;
    }

    /// <summary>How the kernel of some panels takes its rows.</summary>
    /// <param name="weights">The panels.</param>
    /// <param name="rowCount">Rows.</param>
    public IntegerForm Form(PackedMatrix weights, int rowCount) =>
        ((IIntegerPanels)weights.Part(0).Store).Kernel(_kernels, rowCount).Form;

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        var (chunk, panel) = Math.DivRem(item, _panelCount);
        var (part, partPanel) = _weights.Part(_firstPanel + panel);
        var store = (IIntegerPanels)part;
        var kernel = store.Kernel(_kernels, _rowCount);
        var stripsOfPanel = _weights.Width / IntegerTile.StripColumns;
        for (var strip = 0; strip < stripsOfPanel; strip += kernel.Strips)
        {
            var first = partPanel * stripsOfPanel + strip;
            var column = (_firstPanel + panel) * _weights.Width + strip * IntegerTile.StripColumns;
            Multiply(store, kernel, first, column, chunk * RowChunk, worker);
        }
    }

    private void Multiply(IIntegerPanels store, IIntegerKernel kernel, int strip, int column, int firstRow, int worker)
    {
        var rows = Math.Min(RowChunk, _rowCount - firstRow);
        var sums = _scratch.Sums(worker);
        Start(store, kernel, strip, rows, sums);
        var expanded = store.ExpandedStepBytes(kernel);
        var block = expanded == 0 ? store.StepCount : IntegerScratch.BlockDepth / store.StepDepth;
        for (var step = 0; step < store.StepCount; step += block)
        {
            var count = Math.Min(block, store.StepCount - step);
            var tile = new IntegerTile { AStride = _a.Stride, Steps = count, Codes = store.Codes(strip, step) };
            Expand(store, kernel, strip, step, ref tile, _scratch.Block(worker));
            MultiplyRows(kernel, ref tile, _a.Codes(firstRow) + (nint)step * store.StepDepth * _a.ElementBytes, rows, sums);
        }

        Scale(store, kernel, strip, column, firstRow, rows, sums);
    }

    private static void Start(IIntegerPanels store, IIntegerKernel kernel, int strip, int rows, int* sums)
    {
        var width = kernel.Strips * IntegerTile.StripColumns;
        for (var i = 0; i < kernel.Strips; i++)
        {
            store.Start(strip + i, kernel.Form, sums + i * IntegerTile.StripColumns);
        }

        for (var row = 1; row < rows; row++)
        {
            new ReadOnlySpan<int>(sums, width).CopyTo(new Span<int>(sums + row * width, width));
        }
    }

    private static void Expand(IIntegerPanels store, IIntegerKernel kernel, int strip, int step, ref IntegerTile tile, byte* scratch)
    {
        var count = (int)tile.Steps;
        var bytes = count * store.ExpandedStepBytes(kernel);
        tile.B = store.Steps(strip, step, count, kernel, scratch);
        for (var i = 1; i < kernel.Strips; i++)
        {
            tile.BStride = (nint)(store.Steps(strip + i, step, count, kernel, scratch + i * bytes) - tile.B) / i;
        }
    }

    private static void MultiplyRows(IIntegerKernel kernel, ref IntegerTile tile, byte* a, int rows, int* sums)
    {
        fixed (IntegerTile* arguments = &tile)
        {
            for (var row = 0; row < rows; row += kernel.Rows)
            {
                arguments->A = a + row * arguments->AStride;
                arguments->Sums = sums + row * kernel.Strips * IntegerTile.StripColumns;
                kernel.Multiply(arguments, Math.Min(kernel.Rows, rows - row));
            }
        }
    }

    private void Scale(IIntegerPanels store, IIntegerKernel kernel, int strip, int column, int firstRow, int rows, int* sums)
    {
        for (var row = firstRow; row < firstRow + rows; row++)
        {
            for (var i = 0; i < kernel.Strips; i++)
            {
                store.Scale(strip + i, sums, _a.Scale(row), _c[row] + column + i * IntegerTile.StripColumns, _adds);
                sums += IntegerTile.StripColumns;
            }
        }
    }
}
