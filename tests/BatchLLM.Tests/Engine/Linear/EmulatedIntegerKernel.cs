using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Linear;
using BatchLLM.Tests.Engine.Assembly;

namespace BatchLLM.Tests.Engine.Linear;

/// <summary>A kernel's bytes interpreted, every access checked against what the tile was given.</summary>
/// <param name="shape">Its tile, with the most rows.</param>
/// <param name="form">How operands are laid out.</param>
/// <param name="step">Bytes of a step in a strip, of its codes if they stand apart, and its k.</param>
/// <param name="assemble">The function for a count of rows.</param>
internal sealed unsafe class EmulatedIntegerKernel(
    IntegerTileShape shape, IntegerForm form, (int Bytes, int CodeBytes, int Depth) step, Func<int, byte[]> assemble) : IIntegerKernel
{
    public int Rows => shape.Rows;

    public int Strips => shape.Strips;

    public IntegerForm Form => form;

    public bool ReadsCodes { get; private init; }

    /// <summary>All kernels of an instruction set that this machine may lack.</summary>
    public static IntegerKernels All(bool hasDot, bool isWide, int strips, bool hasMatrices = false)
    {
        var (whole, group) = IntegerFunctions.Forms(hasDot);
        IntegerTileShape Shape(int rows) => new(rows, strips, hasDot, isWide);
        IntegerTileShape Few(int rows) => new(rows, 1, false, false);
        var any = new EmulatedIntegerKernel(
            Shape(IntegerTileShape.MostRows(strips, isWide)), whole, (hasDot ? 64 : 128, 0, 4), r => WholeSumTile.Assemble(Shape(r)))
        {
            ReadsCodes = hasDot,
        };
        var few = new EmulatedIntegerKernel(
            Few(WholeSumTile.MostRowsOfCodes), whole, (64, 0, 4), WholeSumTile.AssembleOfCodes)
        {
            ReadsCodes = true,
        };
        var groups = IntegerKernels.GroupQuads;
        return new IntegerKernels(
            (any, hasDot ? any : few),
            Array.ConvertAll(groups, quads => new EmulatedIntegerKernel(
                Shape(IntegerTileShape.MostGroupRows(strips, isWide)), group, (GroupRecord.Bytes(quads, group), 0, 4 * quads),
                r => GroupSumTile.Assemble(Shape(r), quads))),
            [.. Streams(Int4x8Panels.RaisedDoubles()), .. Streams(null)],
            hasMatrices ? Matrices() : null);

        IEnumerable<EmulatedIntegerKernel> Streams(byte[]? values) => groups.Select(quads => new EmulatedIntegerKernel(
            Few(CodeStreamTile.MostRows), group, (CodeStreamTile.HeadBytes, 32 * quads, 4 * quads),
            r => CodeStreamTile.Assemble(r, quads, values))
        {
            ReadsCodes = true,
        });
    }

    private static EmulatedIntegerKernel Matrices() => new(
        new IntegerTileShape(TileConfiguration.MostRows, MatrixSumTile.Strips, HasDot: true, IsWide: true),
        IntegerForm.BytesSummedIn32, (64, 0, 4), MatrixSumTile.Assemble)
    {
        ReadsCodes = true,
    };

    public void Multiply(IntegerTile* tile, int rows)
    {
        var memory = new EmulatedMemory().Readable(tile, sizeof(IntegerTile));
        var elementBytes = form == IntegerForm.Shorts ? sizeof(short) : 1;
        for (var row = 0; row < rows; row++)
        {
            memory.Readable(tile->A + row * tile->AStride, tile->Steps * step.Depth * elementBytes);
        }

        for (var strip = 0; strip < shape.Strips; strip++)
        {
            memory.Readable(tile->B + strip * tile->BStride, tile->Steps * step.Bytes);
        }

        memory.Readable(tile->Codes, tile->Steps * step.CodeBytes);
        memory.Writable(tile->Sums, rows * shape.Strips * IntegerTile.StripColumns * sizeof(int));
        new KernelEmulator(memory).Call(assemble(rows), tile);
    }
}
