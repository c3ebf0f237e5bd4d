using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Linear;
using BatchLLM.Tests.Engine.Assembly;

namespace BatchLLM.Tests.Engine.Linear;

/// <summary>A kernel's bytes interpreted, every access checked against what the tile was given.</summary>
/// <param name="rows">Most rows.</param>
/// <param name="strips">Strips of a tile.</param>
/// <param name="form">How operands are laid out.</param>
/// <param name="stepBytes">Bytes of a step in a strip.</param>
/// <param name="stepElements">k of a step.</param>
/// <param name="assemble">The function for a count of rows.</param>
internal sealed unsafe class EmulatedIntegerKernel(
    int rows, int strips, IntegerForm form, int stepBytes, int stepElements, Func<int, byte[]> assemble) : IIntegerKernel
{
    public int Rows => rows;

    public int Strips => strips;

    public IntegerForm Form => form;

    /// <summary>All kernels of an instruction set that this machine may lack.</summary>
    public static IntegerKernels All(bool hasDot, bool isWide, int strips)
    {
        var (whole, group) = hasDot
            ? (IntegerForm.BytesSummedIn32, IntegerForm.BytesSummedIn32)
            : (IntegerForm.Shorts, IntegerForm.BytesSummedIn16);
        return new IntegerKernels(
            new EmulatedIntegerKernel(
                IntegerTileShape.MostRows(strips, isWide), strips, whole, hasDot ? 64 : 128, 4, r => WholeSumTile.Assemble(Shape(r))),
            Group(4),
            Group(8));

        IntegerTileShape Shape(int count) => new(count, strips, hasDot, isWide);

        EmulatedIntegerKernel Group(int quads) => new(
            IntegerTileShape.MostGroupRows(strips, isWide), strips, group, GroupRecord.Bytes(quads, group), 4 * quads,
            r => GroupSumTile.Assemble(Shape(r), quads));
    }

    public void Multiply(IntegerTile* tile, int rows)
    {
        var memory = new EmulatedMemory().Readable(tile, sizeof(IntegerTile));
        var elementBytes = form == IntegerForm.Shorts ? sizeof(short) : 1;
        for (var row = 0; row < rows; row++)
        {
            memory.Readable(tile->A + row * tile->AStride, tile->Steps * stepElements * elementBytes);
        }

        for (var strip = 0; strip < strips; strip++)
        {
            memory.Readable(tile->B + strip * tile->BStride, tile->Steps * stepBytes);
        }

        memory.Writable(tile->Sums, rows * strips * IntegerTile.StripColumns * sizeof(int));
        new KernelEmulator(memory).Call(assemble(rows), tile);
    }
}
