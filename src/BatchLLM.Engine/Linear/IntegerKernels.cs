using BatchLLM.Engine.Assembly;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// The integer kernels of an instruction set: assembled, or .NET's own vectors where there is nothing to assemble for or the
/// system refuses executable memory. All give the same bits.
/// </summary>
internal sealed class IntegerKernels : IDisposable
{
    private readonly CodePage? _page;
    private readonly IIntegerKernel _wholeSums;
    private readonly IIntegerKernel _wholeSumsOfFew;
    private readonly IIntegerKernel? _matrixSums;
    private readonly IIntegerKernel[] _groupSums; // [group sizes]
    private readonly IIntegerKernel[] _groupSumsOfFew; // [E2M1, INT4] of [group sizes]

    /// <summary>Assembles the kernels.</summary>
    /// <param name="set">What they may be made of.</param>
    /// <param name="panelWidth">Columns of a panel, a multiple of 16.</param>
    public IntegerKernels(InstructionSet set, int panelWidth)
    {
        var functions = set.Includes(InstructionSet.Avx2) ? new IntegerFunctions(set, panelWidth) : null;
        _page = functions is null ? null : CodePage.Map(functions.All);
        if (_page is null)
        {
            _wholeSums = _wholeSumsOfFew = new PortableInt8Kernel();
            _groupSums = Array.ConvertAll(GroupQuads, quads => new PortableGroupKernel(quads));
            _groupSumsOfFew = [.. _groupSums, .. _groupSums];
            return;
        }

        _wholeSums = new AssembledKernel(_page, functions!.WholeSums);
        _wholeSumsOfFew = new AssembledKernel(_page, functions.WholeSumsOfFew);
        _matrixSums = functions.MatrixSums is { } matrixSums ? new AssembledKernel(_page, matrixSums) : null;
        _groupSums = Array.ConvertAll(functions.GroupSums, f => new AssembledKernel(_page, f));
        _groupSumsOfFew = Array.ConvertAll(functions.GroupSumsOfFew, f => new AssembledKernel(_page, f));
    }

    /// <summary>Takes kernels that are made elsewhere.</summary>
    /// <param name="wholeSums">Sums over the whole depth, of any rows and of few.</param>
    /// <param name="groupSums">Sums over groups. // [group sizes]</param>
    /// <param name="groupSumsOfFew">The same for few rows. // [E2M1, INT4] of [group sizes]</param>
    /// <param name="matrixSums">Sums over a depth of whole AMX tiles; null for none.</param>
    internal IntegerKernels(
        (IIntegerKernel Any, IIntegerKernel Few) wholeSums,
        IIntegerKernel[] groupSums,
        IIntegerKernel[] groupSumsOfFew,
        IIntegerKernel? matrixSums = null)
    {
        (_wholeSums, _wholeSumsOfFew) = wholeSums;
        (_groupSums, _groupSumsOfFew, _matrixSums) = (groupSums, groupSumsOfFew, matrixSums);
    }

    /// <summary>Sizes of groups, in quads of k. // [group sizes]</summary>
    public static int[] GroupQuads { get; } = [4, 8];

    /// <summary>Sums over the whole depth.</summary>
    /// <param name="rowCount">Rows.</param>
    /// <param name="quads">Quads of the depth.</param>
    public IIntegerKernel WholeSums(int rowCount, int quads) => _matrixSums switch
    {
        { } matrixSums when quads % MatrixSumTile.Steps == 0 => matrixSums,
        _ => rowCount <= _wholeSumsOfFew.Rows ? _wholeSumsOfFew : _wholeSums,
    };

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

    /// <inheritdoc/>
    public void Dispose() => _page?.Dispose();
}
