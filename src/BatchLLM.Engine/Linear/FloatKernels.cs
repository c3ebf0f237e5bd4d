using BatchLLM.Engine.Assembly;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// The kernels of float32 products for one width of panels: assembled for the instruction set, or <see cref="PanelKernel"/>
/// where there is none to assemble for or the system refuses executable memory. All give the same bits.
/// </summary>
internal sealed unsafe class FloatKernels : IDisposable
{
    /// <summary>Most rows that are worth decoding weights in registers for: each row more decodes nothing again.</summary>
    public const int DirectRows = 4;

    private const int MaxPanels = 4;
    private const int TileVectors = 2;

    private readonly CodePage? _page;
    private readonly Dictionary<(WeightEncoding Encoding, int Rows, int Panels), int> _direct = [];
    private readonly int _width;
    private readonly int _lanes;

    /// <summary>Assembles the kernels.</summary>
    /// <param name="set">What they may be made of.</param>
    /// <param name="panelWidth">Columns of a panel, a multiple of 16.</param>
    public FloatKernels(InstructionSet set, int panelWidth)
    {
        _width = panelWidth;
        var isWide = set.Includes(InstructionSet.Avx512);
        _lanes = isWide ? 16 : 8;
        TileRows = isWide ? 12 : 6;
        _page = set.Includes(InstructionSet.Avx2) ? CodePage.Map(Assemble(isWide)) : null;
        TileRows = _page is null ? PanelKernel.TileRows : TileRows;
    }

    /// <summary>Most rows of a tile.</summary>
    public int TileRows { get; }

    private int StripVectors => Math.Min(TileVectors, _width / _lanes);

    /// <summary>Multiplies rows with a panel's run in float32.</summary>
    /// <param name="arguments">Input, run, sums. // B: [units, width]</param>
    /// <param name="rows">1 to <see cref="TileRows"/>.</param>
    public void MultiplyTile(TileArguments arguments, int rows)
    {
        if (_page is null)
        {
            PanelKernel.Multiply(
                _width, (float*)arguments.A, arguments.AStride / sizeof(float), (float*)arguments.B,
                arguments.C, arguments.CStride / sizeof(float), (int)arguments.Units, rows, arguments.Adds != 0);
            return;
        }

        var kernel = (delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)_page[rows - 1];
        for (var column = 0; column < _width; column += StripVectors * _lanes)
        {
            kernel(&arguments);
            arguments.B += StripVectors * _lanes * sizeof(float);
            arguments.C += StripVectors * _lanes;
        }
    }

    /// <summary>The number of panels that weights are best decoded from at once, or 0 if they are not to be decoded in registers.</summary>
    /// <param name="rows">Rows of input.</param>
    /// <param name="panels">Panels that follow each other in memory.</param>
    public int DirectPanels(int rows, int panels)
    {
        if (_direct.Count == 0 || rows > DirectRows)
        {
            return 0;
        }

        var most = MostPanels(rows);
        return panels >= most ? most : 1;
    }

    /// <summary>Multiplies rows with panels as they are encoded.</summary>
    /// <param name="arguments">Input, encoded panels, sums; a count of units that the encoding can be taken in.</param>
    /// <param name="encoding">How the panels stand.</param>
    /// <param name="rows">1 to <see cref="DirectRows"/>.</param>
    /// <param name="panels">What <see cref="DirectPanels"/> said.</param>
    public void MultiplyDirect(TileArguments arguments, WeightEncoding encoding, int rows, int panels) =>
        ((delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)_page![_direct[(encoding, rows, panels)]])(&arguments);

    private List<byte[]> Assemble(bool isWide)
    {
        List<byte[]> functions = [.. Enumerable.Range(1, TileRows).Select(rows =>
            TileKernel.Assemble(isWide, WeightEncoding.Float32, new TileShape(rows, StripVectors, 1, _width)))];
        if (_width / _lanes > (isWide ? 4 : 2))
        {
            return functions;
        }

        foreach (var encoding in Enum.GetValues<WeightEncoding>())
        {
            for (var rows = 1; rows <= DirectRows; rows++)
            {
                foreach (var panels in new[] { MostPanels(rows), 1 }.Distinct())
                {
                    _direct[(encoding, rows, panels)] = functions.Count;
                    functions.Add(TileKernel.Assemble(isWide, encoding, new TileShape(rows, _width / _lanes, panels, _width)));
                }
            }
        }

        return functions;
    }

    // Eight sums, on wide registers sixteen, keep the multipliers busy while each waits for its last product.
    private int MostPanels(int rows)
    {
        var sums = rows * (_width / _lanes);
        var panels = MaxPanels;
        while (panels > 1 && sums * panels > _lanes)
        {
            panels /= 2;
        }

        return panels;
    }

    /// <inheritdoc/>
    public void Dispose() => _page?.Dispose();
}
