using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Products with a packed matrix over all rows of a step, in (row chunk, panel group) pieces. A piece's sums stay in its thread's
/// cache until all k are in, so that scales, additions and gates are applied once. Reused.
/// </summary>
/// <remarks>
/// Few rows are bound by memory: their weights are decoded in registers. For more rows a run of each panel is decoded into
/// first-level cache once for a whole chunk of rows. Sums are the same bits either way.
/// </remarks>
internal sealed unsafe class MatrixProduct : IWorkItems, IDisposable
{
    // Cuts what a kernel does in one call, during which the garbage collector waits, to tens of microseconds.
    private const int DirectDepth = 2048;

    private readonly FloatKernels _kernels;
    private readonly ProductScratch[] _scratch; // [workers]
    private PackedMatrix _weights = null!;
    private Matrix _a;
    private Matrix _c;
    private ProductEnd _end;
    private ProductPlan _plan;

    /// <summary>Allocates scratch memory.</summary>
    /// <param name="kernels">For the width of all matrices' panels.</param>
    /// <param name="workers">Threads that take pieces.</param>
    public MatrixProduct(FloatKernels kernels, int workers)
    {
        _kernels = kernels;
        _scratch = [.. Enumerable.Range(0, workers).Select(_ => new ProductScratch())];
    }

    /// <inheritdoc/>
    public int Count => _plan.Count;

    /// <summary>Sets the next product.</summary>
    /// <param name="weights">W.</param>
    /// <param name="a">Input. // [rowCount, weights.Depth]</param>
    /// <param name="c">Result. // [rowCount, weights.ColumnCount, or the gate's columns]</param>
    /// <param name="rowCount">Rows of both.</param>
    /// <param name="end">What happens to the results.</param>
    public MatrixProduct Of(PackedMatrix weights, Matrix a, Matrix c, int rowCount, ProductEnd end = ProductEnd.Set)
    {
        (_weights, _a, _c, _end) = (weights, a, c, end);
        var panels = end == ProductEnd.Gate ? weights.PanelCount / 2 : weights.PanelCount;
        _plan = ProductPlan.Of(rowCount, panels, weights.Width, _scratch.Length);
        return this;
    }

    /// <inheritdoc/>
    public void Run(int item, int worker)
    {
        var piece = _plan.Piece(item);
        var columns = piece.Panels * _weights.Width;
        var sums = new Matrix(_scratch[worker].Sums, _end == ProductEnd.Gate ? 2 * columns : columns);
        Sum(piece, sums, _scratch[worker].Run);
        if (_end == ProductEnd.Gate)
        {
            var up = piece with { FirstPanel = piece.FirstPanel + _plan.Panels };
            Sum(up, new Matrix(sums.Data + columns, sums.Stride), _scratch[worker].Run);
        }

        for (var row = 0; row < piece.Rows; row++)
        {
            Write(piece, row, sums[row]);
        }
    }

    private void Sum(ProductPiece piece, Matrix sums, float* scratch)
    {
        for (var panel = 0; panel < piece.Panels;)
        {
            var part = piece with
            {
                FirstPanel = piece.FirstPanel + panel,
                Panels = Math.Min(piece.Panels - panel, _weights.PanelsLeft(piece.FirstPanel + panel)),
            };
            var target = new Matrix(sums.Data + panel * _weights.Width, sums.Stride);
            if (DirectPanels(part) is var direct and > 0)
            {
                SumDirect(part with { Panels = direct }, target);
                panel += direct;
            }
            else
            {
                SumTiles(part, target, scratch);
                panel += part.Panels;
            }
        }
    }

    private int DirectPanels(ProductPiece part)
    {
        var isEncoded = _weights.Part(part.FirstPanel).Store is IEncodedPanels && !_weights.HasFactors(part.FirstPanel);
        return isEncoded && _weights.Depth % 2 == 0 ? _kernels.DirectPanels(part.Rows, part.Panels) : 0;
    }

    private void SumDirect(ProductPiece part, Matrix sums)
    {
        var (store, panel) = _weights.Part(part.FirstPanel);
        var panels = (IEncodedPanels)store;
        var panelBytes = part.Panels > 1 ? (nint)(panels.Encoded(panel + 1) - panels.Encoded(panel)) : 0;
        var kBytes = _weights.Width * WeightDecoder.BytesPerWeight(panels.Encoding);
        for (var k = 0; k < _weights.Depth; k += DirectDepth)
        {
            var arguments = Arguments(part.FirstRow, k, Math.Min(DirectDepth, _weights.Depth - k), sums.Data, sums.Stride);
            arguments.B = panels.Encoded(panel) + (nint)k * kBytes;
            arguments.PanelStride = panelBytes;
            _kernels.MultiplyDirect(arguments, panels.Encoding, part.Rows, part.Panels);
        }
    }

    // k outside, panels inside: the rows' run of k is read from memory once and from the second-level cache for every panel.
    private void SumTiles(ProductPiece part, Matrix sums, float* scratch)
    {
        var depth = ProductScratch.Depth(_weights.Width);
        for (var k = 0; k < _weights.Depth; k += depth)
        {
            var count = Math.Min(depth, _weights.Depth - k);
            for (var panel = 0; panel < part.Panels; panel++)
            {
                var run = _weights.Run(part.FirstPanel + panel, k, count, scratch);
                var arguments = Arguments(part.FirstRow, k, count, sums.Data + panel * _weights.Width, sums.Stride);
                arguments.B = (byte*)run;
                SumRows(part, arguments);
            }
        }
    }

    // As equal tiles as there can be: a short one at the end would leave registers empty.
    private void SumRows(ProductPiece part, TileArguments arguments)
    {
        var a = arguments.A;
        var c = arguments.C;
        var tiles = (part.Rows + _kernels.TileRows - 1) / _kernels.TileRows;
        for (var tile = 0; tile < tiles; tile++)
        {
            var (first, end) = (tile * part.Rows / tiles, (tile + 1) * part.Rows / tiles);
            arguments.A = a + first * arguments.AStride;
            arguments.C = c + first * arguments.CStride / sizeof(float);
            _kernels.MultiplyTile(arguments, end - first);
        }
    }

    private TileArguments Arguments(int row, int k, int count, float* sums, nint stride) => new()
    {
        A = (byte*)(_a[row] + k),
        AStride = _a.Stride * sizeof(float),
        C = sums,
        CStride = stride * sizeof(float),
        Units = count,
        Adds = k > 0 ? 1 : 0,
    };

    private void Write(ProductPiece piece, int row, float* sums)
    {
        var (width, columns) = (_weights.Width, piece.Panels * _weights.Width);
        var c = _c[piece.FirstRow + row] + (nint)piece.FirstPanel * width;
        for (var panel = piece.FirstPanel; panel < piece.FirstPanel + piece.Panels; panel++)
        {
            var scales = _weights.Scales(panel);
            if (_end == ProductEnd.Gate)
            {
                ProductResults.WriteGated(sums, scales, sums + columns, _weights.Scales(panel + _plan.Panels), c, width);
            }
            else
            {
                ProductResults.Write(sums, scales, c, width, _end == ProductEnd.Add);
            }

            sums += width;
            c += width;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_scratch, s => s.Dispose());
}
