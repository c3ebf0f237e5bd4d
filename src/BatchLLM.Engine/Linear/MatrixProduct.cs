using BatchLLM.Engine.Memory;
using BatchLLM.Engine.Threading;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Products with a packed matrix over all rows of a step, in (row chunk, panel group) pieces. A piece's sums stay in its thread's
/// cache until all k are in, so that scales, additions and gates are applied once. Reused.
/// </summary>
/// <remarks>
/// Few rows are bound by memory: their weights are decoded in registers, or in short runs. For more rows a run of each panel is decoded into
/// first-level cache once for a whole chunk of rows. Sums are the same bits either way.
/// </remarks>
internal sealed unsafe class MatrixProduct : IWorkItems
{
    // Cuts what a kernel does in one call, during which the garbage collector waits, to tens of microseconds: half a megabyte.
    private const int DirectElements = 1 << 15;

    // Of a run that several tiles decode one after the other: half of the first-level cache.
    private const int CachedElements = 1 << 13;

    private readonly ProductKernels _kernels;
    private readonly ProductScratch[] _scratch; // [workers]
    private PackedMatrix _weights = null!;
    private ProductInput _a;
    private Matrix _c;
    private ProductEnd _end;
    private ProductPlan _plan;

    /// <summary>Makes products.</summary>
    /// <param name="kernels">For the width of all matrices' panels.</param>
    /// <param name="scratch">Memory of each thread that takes pieces. // [workers]</param>
    public MatrixProduct(ProductKernels kernels, ProductScratch[] scratch) => (_kernels, _scratch) = (kernels, scratch);

    /// <inheritdoc/>
    public int Count => _plan.Count;

    private int UnitDepth => _kernels.TakesPairs ? 2 : 1;

    private int Units => (_weights.Depth + UnitDepth - 1) / UnitDepth;

    /// <summary>Sets the next product.</summary>
    /// <param name="weights">W.</param>
    /// <param name="a">Input, in the kernels' units. // [rowCount, units]</param>
    /// <param name="c">Result. // [rowCount, weights.ColumnCount, or the gate's columns]</param>
    /// <param name="rowCount">Rows of both.</param>
    /// <param name="end">What happens to the results.</param>
    public MatrixProduct Of(PackedMatrix weights, ProductInput a, Matrix c, int rowCount, ProductEnd end = ProductEnd.Set)
    {
        (_weights, _a, _c, _end) = (weights, a, c, end);
        var panels = end == ProductEnd.Gate ? weights.PanelCount / 2 : weights.PanelCount;
        _plan = ProductPlan.Of(rowCount, _kernels.RowsOfTile, panels, weights.Width, _scratch.Length);
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

        Write(piece, sums);
    }

    private void Sum(ProductPiece piece, Matrix sums, float* scratch)
    {
        for (var panel = 0; panel < piece.Panels;)
        {
            var part = PartOf(piece, panel);
            var target = new Matrix(sums.Data + panel * _weights.Width, sums.Stride);
            panel += SumPart(part, target, scratch);
        }
    }

    // A piece's panels from one on, as far as they belong to one part.
    private ProductPiece PartOf(ProductPiece piece, int panel) => piece with
    {
        FirstPanel = piece.FirstPanel + panel,
        Panels = Math.Min(piece.Panels - panel, _weights.PanelsLeft(piece.FirstPanel + panel)),
    };

    // Panels of one part; returns how many were summed.
    private int SumPart(ProductPiece part, Matrix sums, float* scratch)
    {
        var together = DirectEncoding(part.FirstPanel) is { } encoding ? _kernels.DirectPanels(encoding, part.Rows, part.Panels) : 0;
        if (together > 0)
        {
            SumDirect(part with { Panels = together }, sums);
            return together;
        }

        if (DirectEncoding(part.FirstPanel) is { } few && part.Rows <= _kernels.MostRowsOfDirectTiles(few))
        {
            SumDirect(part with { Panels = 1 }, sums);
            return 1;
        }

        together = _kernels.DirectPanels(DecodedEncoding, part.Rows, part.Panels);
        if (together > 0)
        {
            SumFewRows(part with { Panels = together }, sums, scratch);
            return together;
        }

        SumTiles(part, sums, scratch);
        return part.Panels;
    }

    // What a decoded run looks like to a kernel.
    private WeightEncoding DecodedEncoding => _kernels.TakesPairs ? WeightEncoding.BrainFloatPairs : WeightEncoding.Float32;

    private WeightEncoding? DirectEncoding(int panel)
    {
        var isWhole = _kernels.TakesPairs || _weights.Depth % 2 == 0;
        return isWhole && !_weights.HasFactors(panel) && _weights.Part(panel).Store is IEncodedPanels panels ? panels.Encoding : null;
    }

    private void SumDirect(ProductPiece part, Matrix sums)
    {
        var (store, panel) = _weights.Part(part.FirstPanel);
        var panels = (IEncodedPanels)store;
        var tiles = (part.Rows + ProductKernels.DirectRows - 1) / ProductKernels.DirectRows;
        var run = (tiles > 1 ? CachedElements : DirectElements) / _weights.Width;
        for (var unit = 0; unit < Units; unit += run)
        {
            var arguments = Arguments(part.FirstRow, unit, Math.Min(run, Units - unit), sums.Data, sums.Stride);
            arguments.B = Encoded(part.FirstPanel, unit, null);
            arguments.PanelStride = part.Panels > 1 ? (nint)(panels.Encoded(panel + 1) - panels.Encoded(panel)) : 0;
            for (var tile = 0; tile < tiles; tile++)
            {
                var rows = (tile + 1) * part.Rows / tiles - tile * part.Rows / tiles;
                _kernels.MultiplyDirect(arguments, panels.Encoding, rows, part.Panels);
                arguments.A += rows * arguments.AStride;
                arguments.C += rows * arguments.CStride / sizeof(float);
            }
        }
    }

    // Weights that no kernel decodes in registers: short runs of several panels, so that there are sums enough to work on at once.
    private void SumFewRows(ProductPiece part, Matrix sums, float* scratch)
    {
        var run = ProductScratch.Depth(_weights.Width) / part.Panels;
        for (var unit = 0; unit < Units; unit += run)
        {
            var count = Math.Min(run, Units - unit);
            for (var panel = 0; panel < part.Panels; panel++)
            {
                var target = scratch + panel * run * _weights.Width;
                var decoded = Decode(part.FirstPanel + panel, unit, count, target);
                if (decoded != target)
                {
                    new Span<float>(decoded, count * _weights.Width).CopyTo(new Span<float>(target, count * _weights.Width));
                }
            }

            var arguments = Arguments(part.FirstRow, unit, count, sums.Data, sums.Stride);
            arguments.B = (byte*)scratch;
            arguments.PanelStride = (nint)run * _weights.Width * sizeof(float);
            _kernels.MultiplyDirect(arguments, DecodedEncoding, part.Rows, part.Panels);
        }
    }

    // k outside, panels inside: the rows' run of k is read from memory once and from the second-level cache for every panel.
    private void SumTiles(ProductPiece part, Matrix sums, float* scratch)
    {
        var run = ProductScratch.Depth(_weights.Width);
        for (var unit = 0; unit < Units; unit += run)
        {
            var count = Math.Min(run, Units - unit);
            var encodedBytes = Encoded(part.FirstPanel, unit + count, null) - Encoded(part.FirstPanel, unit, null);
            for (var panel = 0; panel < part.Panels; panel++)
            {
                var arguments = Arguments(part.FirstRow, unit, count, sums.Data + panel * _weights.Width, sums.Stride);
                arguments.B = (byte*)Decode(part.FirstPanel + panel, unit, count, scratch);
                arguments.Prefetch = panel + 1 < part.Panels
                    ? Encoded(part.FirstPanel + panel + 1, unit, arguments.B)
                    : Encoded(part.FirstPanel, Math.Min(unit + run, Units - 1), arguments.B);
                arguments.PrefetchEnd = arguments.Prefetch + encodedBytes;
                _kernels.MultiplyTiles(arguments, part.Rows);
            }
        }
    }

    // A panel's run in the kernels' units: where it stands, or decoded into the scratch.
    private float* Decode(int panel, int unit, int count, float* scratch)
    {
        if (_weights.Part(panel).Store is IEncodedPanels panels && !_weights.HasFactors(panel))
        {
            var encoded = Encoded(panel, unit, null);
            if (_kernels.TakesPairs && panels.Encoding == WeightEncoding.BrainFloatPairs)
            {
                return (float*)encoded;
            }

            if (_kernels.Expand(encoded, panels.Encoding, count, scratch))
            {
                return scratch;
            }
        }

        return _kernels.TakesPairs ? Pair(panel, unit, count, scratch) : _weights.Run(panel, unit, count, scratch);
    }

    private float* Pair(int panel, int unit, int count, float* scratch)
    {
        var depth = Math.Min(2 * count, _weights.Depth - 2 * unit);
        new Span<float>(scratch + depth * _weights.Width, (2 * count - depth) * _weights.Width).Clear();
        _weights.Run(panel, 2 * unit, depth, scratch);
        BrainFloat.PackPairs(scratch, count, _weights.Width);
        return scratch;
    }

    // Where a run begins, or what is given where only the store itself knows.
    private byte* Encoded(int panel, int unit, byte* otherwise)
    {
        var (store, partPanel) = _weights.Part(panel);
        return store is IEncodedPanels panels
            ? panels.Encoded(partPanel) + (nint)unit * UnitDepth * _weights.Width * WeightDecoder.BytesPerWeight(panels.Encoding)
            : otherwise;
    }

    private TileArguments Arguments(int row, int unit, int count, float* sums, nint stride) => new()
    {
        A = (byte*)(_a.Rows[row] + unit),
        AStride = _a.Rows.Stride * sizeof(float),
        C = sums,
        CStride = stride * sizeof(float),
        Units = count,
        Adds = unit > 0 ? 1 : 0,
    };

    // Part by part: a part's scales stand side by side as its columns do.
    private void Write(ProductPiece piece, Matrix sums)
    {
        for (var panel = 0; panel < piece.Panels;)
        {
            var part = PartOf(piece, panel);
            WritePart(part, new Matrix(sums.Data + panel * _weights.Width, sums.Stride), piece.Panels * _weights.Width);
            panel += part.Panels;
        }
    }

    private void WritePart(ProductPiece part, Matrix sums, int upColumn)
    {
        var (firstColumn, columns) = ((nint)part.FirstPanel * _weights.Width, part.Panels * _weights.Width);
        var isGated = _end == ProductEnd.Gate;
        var scales = _weights.Scales(part.FirstPanel);
        var upScales = isGated ? _weights.Scales(part.FirstPanel + _plan.Panels) : null;
        for (var row = 0; row < part.Rows; row++)
        {
            var c = _c[part.FirstRow + row] + firstColumn;
            var scale = _a.Scale(part.FirstRow + row);
            if (isGated)
            {
                ProductResults.WriteGated(sums[row], scales, sums[row] + upColumn, upScales, scale, c, columns);
            }
            else
            {
                ProductResults.Write(sums[row], scales, scale, c, columns, _end == ProductEnd.Add);
            }
        }
    }
}
