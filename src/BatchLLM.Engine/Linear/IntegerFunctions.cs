using BatchLLM.Engine.Assembly;

namespace BatchLLM.Engine.Linear;

/// <summary>Assembles the functions of an instruction set's integer kernels.</summary>
internal sealed class IntegerFunctions
{
    private readonly List<byte[]> _all = [];
    private readonly bool _isWide;
    private readonly bool _hasDot;
    private readonly int _strips;

    /// <summary>Assembles.</summary>
    /// <param name="set">AVX2 or more.</param>
    /// <param name="panelWidth">Columns of a panel, a multiple of 16.</param>
    public IntegerFunctions(InstructionSet set, int panelWidth)
    {
        _isWide = set.Includes(InstructionSet.Avx512Vnni);
        _hasDot = _isWide || set.Includes(InstructionSet.AvxVnni);
        _strips = _isWide ? StripsOfTile(panelWidth / IntegerTile.StripColumns) : 1;
        var (whole, group) = Forms(_hasDot);
        var rows = IntegerTileShape.MostRows(_strips, _isWide);
        WholeSums = new(Add(rows, r => WholeSumTile.Assemble(Shape(r))), rows, _strips, whole, _hasDot);
        var few = WholeSumTile.MostRowsOfCodes;
        WholeSumsOfFew = _hasDot ? WholeSums : new(Add(few, WholeSumTile.AssembleOfCodes), few, 1, whole, true);
        MatrixSums = set.Includes(InstructionSet.Amx) && panelWidth / IntegerTile.StripColumns % MatrixSumTile.Strips == 0
            ? new(Add(TileConfiguration.MostRows, MatrixSumTile.Assemble), TileConfiguration.MostRows, MatrixSumTile.Strips, whole, true)
            : null;
        var groupRows = IntegerTileShape.MostGroupRows(_strips, _isWide);
        GroupSums = Array.ConvertAll(IntegerKernels.GroupQuads, quads => new KernelFunctions(
            Add(groupRows, r => GroupSumTile.Assemble(Shape(r), quads)), groupRows, _strips, group, false));
        GroupSumsOfFew = [.. Streams(Int4x8Panels.RaisedDoubles(), group), .. Streams(null, group)];
    }

    /// <summary>All functions, as a page takes them.</summary>
    public IReadOnlyList<byte[]> All => _all;

    /// <summary>Sums over the whole depth.</summary>
    public KernelFunctions WholeSums { get; }

    /// <summary>The same for few rows.</summary>
    public KernelFunctions WholeSumsOfFew { get; }

    /// <summary>Sums over a depth of whole AMX tiles; null without AMX.</summary>
    public KernelFunctions? MatrixSums { get; }

    /// <summary>Sums over groups. // [group sizes]</summary>
    public KernelFunctions[] GroupSums { get; }

    /// <summary>The same for few rows. // [E2M1, INT4] of [group sizes]</summary>
    public KernelFunctions[] GroupSumsOfFew { get; }

    /// <summary>How operands are laid out: for sums over the whole depth, and over groups.</summary>
    /// <param name="hasDot">True for dot products of four bytes.</param>
    public static (IntegerForm Whole, IntegerForm Groups) Forms(bool hasDot) => hasDot
        ? (IntegerForm.BytesSummedIn32, IntegerForm.BytesSummedIn32)
        : (IntegerForm.Shorts, IntegerForm.BytesSummedIn16);

    private IEnumerable<KernelFunctions> Streams(byte[]? values, IntegerForm form) => IntegerKernels.GroupQuads.Select(quads =>
        new KernelFunctions(
            Add(CodeStreamTile.MostRows, r => CodeStreamTile.Assemble(r, quads, values)), CodeStreamTile.MostRows, 1, form, true));

    private IntegerTileShape Shape(int rows) => new(rows, _strips, _hasDot, _isWide);

    private int Add(int most, Func<int, byte[]> assemble)
    {
        _all.AddRange(Enumerable.Range(1, most).Select(assemble));
        return _all.Count - most;
    }

    // The most that divides a panel, up to the three that leave registers for eight rows.
    private static int StripsOfTile(int strips) => strips % 2 == 0 ? 2 : strips % 3 == 0 ? 3 : 1;
}
