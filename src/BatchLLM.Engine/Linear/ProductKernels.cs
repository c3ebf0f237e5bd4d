using BatchLLM.Engine.Assembly;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// The kernels of products for one width of panels, in float32 or in pairs of BF16: assembled for the instruction set, or plain
/// ones where it has none for them or the system refuses executable memory.
/// </summary>
/// <remarks>
/// In float32 all sets give the same bits. In pairs AMX adds even and odd k apart and has bits of its own; those of the other
/// kernels are the plain ones'.
/// </remarks>
internal sealed unsafe class ProductKernels : IDisposable
{
    /// <summary>Most rows that weights are decoded in registers for: with six, the constants that E4M3 takes find no room.</summary>
    public const int DirectRows = 5;

    private const int MostDirectTileRows = 24;
    private const int NarrowLanes = 8;
    private const int MaxPanels = 4;
    private const int TileVectors = 2;
    private const int NarrowTileRows = 6;
    private const int WideTileRows = 14;

    private readonly CodePage? _page;
    private readonly Dictionary<(WeightEncoding Encoding, int Rows, int Panels), int> _direct = [];
    private readonly Dictionary<WeightEncoding, int> _expand = [];
    private readonly List<byte[]> _functions = [];
    private readonly int _width;
    private readonly int _lanes;
    private readonly int _tileRows;
    private readonly int _matrixKernels = -1; // first of those for AMX, one per count of rows

    /// <summary>Assembles the kernels.</summary>
    /// <param name="set">What they may be made of.</param>
    /// <param name="panelWidth">Columns of a panel, a multiple of 16.</param>
    /// <param name="takesPairs">True for units of two BF16, false for float32.</param>
    public ProductKernels(InstructionSet set, int panelWidth, bool takesPairs)
    {
        (_width, TakesPairs) = (panelWidth, takesPairs);
        var isWide = set.Includes(InstructionSet.Avx512);
        (_lanes, _tileRows) = isWide ? (16, WideTileRows) : (8, NarrowTileRows);
        if (set.Includes(takesPairs ? InstructionSet.Avx512Bf16 : InstructionSet.Avx2))
        {
            AssembleTiles(isWide);
            AssembleDirect(isWide);
            if (takesPairs && set.Includes(InstructionSet.Amx) && panelWidth % MatrixTileKernel.Columns == 0)
            {
                _matrixKernels = _functions.Count;
                _functions.AddRange(Rows(MatrixTileKernel.MaxRows).Select(rows => MatrixTileKernel.Assemble(rows, panelWidth)));
            }

            _page = CodePage.Map(_functions);
        }
    }

    /// <summary>True for units of two BF16, false for float32.</summary>
    public bool TakesPairs { get; }

    private int StripVectors => Math.Min(TileVectors, _width / _lanes);

    /// <summary>Rows that tiles are best cut at.</summary>
    public int RowsOfTile => TileRows(MatrixTileKernel.Units);

    private int TileRows(int units) => _page is null ? PanelKernel.TileRows : UsesMatrices(units) ? MatrixTileKernel.MaxRows : _tileRows;

    /// <summary>Multiplies rows with a panel's run, in tiles as equal as there can be: a short one would leave registers empty.</summary>
    /// <param name="arguments">Input, run, sums, and what to prefetch. // B: [units, width]</param>
    /// <param name="rows">Rows, at least 1.</param>
    public void MultiplyTiles(TileArguments arguments, int rows)
    {
        var most = TileRows((int)arguments.Units);
        var tiles = (rows + most - 1) / most;
        var (shortRows, longTiles) = Math.DivRem(rows, tiles);
        if (_page is null || UsesMatrices((int)arguments.Units))
        {
            MultiplyEach(ref arguments, shortRows + 1, longTiles);
            MultiplyEach(ref arguments, shortRows, tiles - longTiles);
        }
        else
        {
            MultiplyStrips(ref arguments, shortRows + 1, longTiles);
            MultiplyStrips(ref arguments, shortRows, tiles - longTiles);
        }
    }

    // Strips outside, tiles inside: a strip's run stays in first-level cache.
    private void MultiplyStrips(ref TileArguments arguments, int rows, int tiles)
    {
        if (tiles == 0)
        {
            return;
        }

        var kernel = (delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)_page![rows - 1];
        var columns = StripVectors * _lanes;
        for (var column = 0; column < _width; column += columns)
        {
            var strip = arguments;
            strip.Tiles = tiles;
            strip.B += column * sizeof(float);
            strip.C += column;
            kernel(&strip);
            arguments.Prefetch = strip.Prefetch;
        }

        Advance(ref arguments, rows * tiles);
    }

    private void MultiplyEach(ref TileArguments arguments, int rows, int tiles)
    {
        for (var tile = 0; tile < tiles; tile++, Advance(ref arguments, rows))
        {
            if (_page is null)
            {
                MultiplyPlain(arguments, rows);
            }
            else
            {
                MultiplyMatrix(ref arguments, rows);
            }
        }
    }

    private void MultiplyMatrix(ref TileArguments arguments, int rows)
    {
        var kernel = (delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)_page![_matrixKernels + rows - 1];
        var columns = arguments;
        for (var column = 0; column < _width; column += MatrixTileKernel.Columns)
        {
            kernel(&columns);
            columns.B += MatrixTileKernel.Columns * sizeof(float);
            columns.C += MatrixTileKernel.Columns;
            var next = columns.Prefetch + arguments.Units * MatrixTileKernel.PrefetchedBytesPerUnit;
            columns.Prefetch = next < columns.PrefetchEnd ? next : arguments.B;
        }

        arguments.Prefetch = columns.Prefetch;
    }

    private static void Advance(ref TileArguments arguments, int rows)
    {
        arguments.A += rows * arguments.AStride;
        arguments.C += rows * arguments.CStride / sizeof(float);
    }

    /// <summary>The number of panels that weights are best decoded from at once, or 0 if they are not to be decoded in registers.</summary>
    /// <param name="encoding">How the panels stand.</param>
    /// <param name="rows">Rows of input.</param>
    /// <param name="panels">Panels that follow each other in memory.</param>
    public int DirectPanels(WeightEncoding encoding, int rows, int panels)
    {
        if (_page is null || _matrixKernels >= 0 || !_direct.ContainsKey((encoding, rows, 1)))
        {
            return 0;
        }

        var most = MostPanels(rows);
        return panels >= most ? most : 1;
    }

    /// <summary>
    /// Most rows of which tile after tile decodes weights in registers. Decoding a run into the cache first is a fixed cost that few rows
    /// share: BF16 decoded again for each tile is faster by 11 to 15 % with 8 rows, 5 with 16, not with 32. E4M3 so is slower from 8 rows on.
    /// </summary>
    /// <param name="encoding">How the panels stand.</param>
    public int MostRowsOfDirectTiles(WeightEncoding encoding) =>
        encoding == WeightEncoding.BrainFloatPairs && _page is not null && _lanes == NarrowLanes
            && _direct.ContainsKey((encoding, DirectRows, 1)) ? MostDirectTileRows : 0;

    /// <summary>Multiplies rows with panels as they are encoded.</summary>
    /// <param name="arguments">Input, encoded panels, sums; a count of units that the encoding can be taken in.</param>
    /// <param name="encoding">How the panels stand.</param>
    /// <param name="rows">1 to <see cref="DirectRows"/>.</param>
    /// <param name="panels">What <see cref="DirectPanels"/> said.</param>
    public void MultiplyDirect(TileArguments arguments, WeightEncoding encoding, int rows, int panels) =>
        ((delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)_page![_direct[(encoding, rows, panels)]])(&arguments);

    /// <summary>Decodes a run of an encoded panel into what tiles take; false if there is no kernel for it.</summary>
    /// <param name="encoded">The run's first byte; it begins with an even k. // [units, width]</param>
    /// <param name="encoding">How the panel stands.</param>
    /// <param name="units">Units to decode; even in float32.</param>
    /// <param name="scratch">Receives the run. // [units, width]</param>
    public bool Expand(byte* encoded, WeightEncoding encoding, int units, float* scratch)
    {
        if (_page is null || !_expand.TryGetValue(encoding, out var function) || (!TakesPairs && units % 2 != 0))
        {
            return false;
        }

        var arguments = new TileArguments { B = encoded, C = scratch, Units = units };
        ((delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)_page[function])(&arguments);
        return true;
    }

    private void MultiplyPlain(TileArguments arguments, int rows)
    {
        var (aStride, cStride) = (arguments.AStride / sizeof(float), arguments.CStride / sizeof(float));
        if (TakesPairs)
        {
            PairKernel.Multiply(
                _width, (uint*)arguments.A, aStride, (uint*)arguments.B, arguments.C, cStride, (int)arguments.Units, rows, arguments.Adds != 0);
            return;
        }

        PanelKernel.Multiply(
            _width, (float*)arguments.A, aStride, (float*)arguments.B, arguments.C, cStride, (int)arguments.Units, rows, arguments.Adds != 0);
    }

    private bool UsesMatrices(int units) => _matrixKernels >= 0 && units % MatrixTileKernel.Units == 0;

    private void AssembleTiles(bool isWide)
    {
        _functions.AddRange(Rows(_tileRows).Select(rows =>
            Tile(isWide, WeightEncoding.Float32, new TileShape(rows, StripVectors, 1, _width), readsMemory: false)));
        WeightEncoding[] expanded = TakesPairs
            ? [WeightEncoding.Fp8Pairs]
            : [WeightEncoding.Float16, WeightEncoding.BrainFloatPairs, WeightEncoding.Fp8Pairs];
        foreach (var encoding in expanded)
        {
            _expand[encoding] = _functions.Count;
            _functions.Add(TakesPairs ? PairExpandKernel.Assemble(_width) : ExpandKernel.Assemble(isWide, encoding, _width));
        }
    }

    // A kernel that decodes in registers computes whole panels; a panel of more than four vectors leaves it no room.
    private void AssembleDirect(bool isWide)
    {
        var vectors = _width / _lanes;
        foreach (var encoding in Enum.GetValues<WeightEncoding>().Where(e => !TakesPairs || e == WeightEncoding.BrainFloatPairs))
        {
            foreach (var rows in Rows(vectors <= (isWide ? 4 : 2) ? DirectRows : 0))
            {
                foreach (var panels in new[] { MostPanels(rows), 1 }.Distinct())
                {
                    _direct[(encoding, rows, panels)] = _functions.Count;
                    _functions.Add(Tile(isWide, encoding, new TileShape(rows, vectors, panels, _width), readsMemory: true));
                }
            }
        }
    }

    private byte[] Tile(bool isWide, WeightEncoding encoding, TileShape shape, bool readsMemory) => TakesPairs
        ? TileKernel.AssemblePairs(shape, readsMemory)
        : TileKernel.Assemble(isWide, encoding, shape, readsMemory);

    // Eight sums, on wide registers sixteen, keep the multipliers busy while each waits for its last product.
    private int MostPanels(int rows)
    {
        var panels = MaxPanels;
        while (panels > 1 && rows * (_width / _lanes) * panels > _lanes)
        {
            panels /= 2;
        }

        return panels;
    }

    private static IEnumerable<int> Rows(int most) => Enumerable.Range(1, most);

    /// <inheritdoc/>
    public void Dispose() => _page?.Dispose();
}
