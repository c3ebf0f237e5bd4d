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
    private readonly IIntegerKernel[] _groupSums; // [4 quads, 8 quads]

    /// <summary>Assembles the kernels.</summary>
    /// <param name="set">What they may be made of.</param>
    /// <param name="panelWidth">Columns of a panel, a multiple of 16.</param>
    public IntegerKernels(InstructionSet set, int panelWidth)
    {
        var hasDot = set.Includes(InstructionSet.AvxVnni) || set.Includes(InstructionSet.Avx512Vnni);
        var isWide = set.Includes(InstructionSet.Avx512Vnni);
        var strips = isWide ? StripsOfTile(panelWidth / IntegerTile.StripColumns) : 1;
        var (rows, groupRows) = (IntegerTileShape.MostRows(strips, isWide), IntegerTileShape.MostGroupRows(strips, isWide));
        _page = set.Includes(InstructionSet.Avx2) ? CodePage.Map(
            [
                .. Shapes(rows).Select(WholeSumTile.Assemble),
                .. GroupQuads.SelectMany(quads => Shapes(groupRows).Select(shape => GroupSumTile.Assemble(shape, quads))),
            ]) : null;
        if (_page is null)
        {
            WholeSums = new PortableInt8Kernel();
            _groupSums = [.. GroupQuads.Select(quads => new PortableGroupKernel(quads))];
            return;
        }

        var (whole, group) = hasDot
            ? (IntegerForm.BytesSummedIn32, IntegerForm.BytesSummedIn32)
            : (IntegerForm.Shorts, IntegerForm.BytesSummedIn16);
        WholeSums = new AssembledKernel(_page, 0, rows, strips, whole);
        _groupSums = [.. GroupQuads.Select((_, i) => new AssembledKernel(_page, rows + i * groupRows, groupRows, strips, group))];

        IEnumerable<IntegerTileShape> Shapes(int most) =>
            Enumerable.Range(1, most).Select(count => new IntegerTileShape(count, strips, hasDot, isWide));
    }

    /// <summary>Takes kernels that are made elsewhere.</summary>
    /// <param name="wholeSums">Sums over the whole depth.</param>
    /// <param name="groupSums">Sums over groups of 4 quads and of 8. // [2]</param>
    internal IntegerKernels(IIntegerKernel wholeSums, params IIntegerKernel[] groupSums) =>
        (WholeSums, _groupSums) = (wholeSums, groupSums);

    /// <summary>Sums over the whole depth.</summary>
    public IIntegerKernel WholeSums { get; }

    /// <summary>Sums over groups.</summary>
    /// <param name="quads">Quads of a group: 4 or 8.</param>
    public IIntegerKernel GroupSums(int quads) => _groupSums[Array.IndexOf(GroupQuads, quads)];

    // The most that divides a panel, up to the three that leave registers for eight rows.
    private static int StripsOfTile(int strips) => strips % 2 == 0 ? 2 : strips % 3 == 0 ? 3 : 1;

    /// <inheritdoc/>
    public void Dispose() => _page?.Dispose();
}
