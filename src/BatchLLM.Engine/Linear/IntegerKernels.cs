using BatchLLM.Engine.Assembly;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// The integer kernels of an instruction set: assembled, or .NET's own vectors where there is nothing to assemble for or the
/// system refuses executable memory. All give the same bits.
/// </summary>
internal sealed class IntegerKernels : IDisposable
{
    private static readonly int[] GroupQuads = [4, 8];

    private readonly CodePage? _page;
    private readonly IIntegerKernel _wholeSums;
    private readonly IIntegerKernel _wholeSumsOfFew;
    private readonly IIntegerKernel[] _groupSums; // [4 quads, 8 quads]
    private readonly IIntegerKernel[] _groupSumsOfFew; // [E2M1, INT4] of [4 quads, 8 quads]

    /// <summary>Assembles the kernels.</summary>
    /// <param name="set">What they may be made of.</param>
    /// <param name="panelWidth">Columns of a panel, a multiple of 16.</param>
    public IntegerKernels(InstructionSet set, int panelWidth)
    {
        var functions = new List<byte[]>();
        var isWide = set.Includes(InstructionSet.Avx512Vnni);
        var hasDot = isWide || set.Includes(InstructionSet.AvxVnni);
        var strips = isWide ? StripsOfTile(panelWidth / IntegerTile.StripColumns) : 1;
        var (rows, groupRows) = (IntegerTileShape.MostRows(strips, isWide), IntegerTileShape.MostGroupRows(strips, isWide));
        var whole = Add(rows, r => WholeSumTile.Assemble(Shape(r)));
        var few = Add(hasDot ? 0 : WholeSumTile.MostRowsOfCodes, WholeSumTile.AssembleOfCodes);
        var groups = Array.ConvertAll(GroupQuads, quads => Add(groupRows, r => GroupSumTile.Assemble(Shape(r), quads)));
        byte[]?[] values = [Int4x8Panels.RaisedDoubles(), null];
        var streams = values.SelectMany(v => GroupQuads.Select(
            quads => Add(CodeStreamTile.MostRows, r => CodeStreamTile.Assemble(r, quads, v)))).ToArray();
        _page = set.Includes(InstructionSet.Avx2) ? CodePage.Map(functions) : null;
        if (_page is null)
        {
            _wholeSums = _wholeSumsOfFew = new PortableInt8Kernel();
            _groupSums = [.. GroupQuads.Select(quads => new PortableGroupKernel(quads))];
            _groupSumsOfFew = [.. _groupSums, .. _groupSums];
            return;
        }

        var (wholeForm, groupForm) = Forms(hasDot);
        _wholeSums = new AssembledKernel(_page, whole, rows, strips, wholeForm, readsCodes: hasDot);
        _wholeSumsOfFew = hasDot
            ? _wholeSums
            : new AssembledKernel(_page, few, WholeSumTile.MostRowsOfCodes, 1, wholeForm, readsCodes: true);
        _groupSums = Array.ConvertAll(groups, first => new AssembledKernel(_page, first, groupRows, strips, groupForm, readsCodes: false));
        _groupSumsOfFew = Array.ConvertAll(
            streams, first => new AssembledKernel(_page, first, CodeStreamTile.MostRows, 1, groupForm, readsCodes: true));

        IntegerTileShape Shape(int count) => new(count, strips, hasDot, isWide);

        int Add(int most, Func<int, byte[]> assemble)
        {
            functions.AddRange(Enumerable.Range(1, most).Select(assemble));
            return functions.Count - most;
        }
    }

    /// <summary>Takes kernels that are made elsewhere.</summary>
    /// <param name="wholeSums">Sums over the whole depth, of any rows and of few.</param>
    /// <param name="groupSums">Sums over groups of 4 quads and of 8. // [2]</param>
    /// <param name="groupSumsOfFew">The same for few rows, of E2M1 and then of INT4. // [4]</param>
    internal IntegerKernels(
        (IIntegerKernel Any, IIntegerKernel Few) wholeSums, IIntegerKernel[] groupSums, IIntegerKernel[] groupSumsOfFew)
    {
        (_wholeSums, _wholeSumsOfFew) = wholeSums;
        (_groupSums, _groupSumsOfFew) = (groupSums, groupSumsOfFew);
    }

    /// <summary>How operands are laid out: for sums over the whole depth, and over groups.</summary>
    /// <param name="hasDot">True for dot products of four bytes.</param>
    public static (IntegerForm Whole, IntegerForm Groups) Forms(bool hasDot) => hasDot
        ? (IntegerForm.BytesSummedIn32, IntegerForm.BytesSummedIn32)
        : (IntegerForm.Shorts, IntegerForm.BytesSummedIn16);

    /// <summary>Sums over the whole depth.</summary>
    /// <param name="rowCount">Rows.</param>
    public IIntegerKernel WholeSums(int rowCount) => rowCount <= _wholeSumsOfFew.Rows ? _wholeSumsOfFew : _wholeSums;

    /// <summary>Sums over groups.</summary>
    /// <param name="isInt4">True for INT4, false for E2M1.</param>
    /// <param name="quads">Quads of a group: 4 or 8.</param>
    /// <param name="rowCount">Rows.</param>
    public IIntegerKernel GroupSums(bool isInt4, int quads, int rowCount)
    {
        var index = Array.IndexOf(GroupQuads, quads);
        var few = _groupSumsOfFew[(isInt4 ? GroupQuads.Length : 0) + index];
        return rowCount <= few.Rows ? few : _groupSums[index];
    }

    // The most that divides a panel, up to the three that leave registers for eight rows.
    private static int StripsOfTile(int strips) => strips % 2 == 0 ? 2 : strips % 3 == 0 ? 3 : 1;

    /// <inheritdoc/>
    public void Dispose() => _page?.Dispose();
}
