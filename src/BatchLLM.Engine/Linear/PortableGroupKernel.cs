using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Group sums in .NET's own vectors. A step is a group: the 16 columns' scales, room that is not used here, then
/// [quads, 2 pairs, 16, 2] shorts.
/// </summary>
/// <param name="quads">Quads of a group.</param>
internal sealed unsafe class PortableGroupKernel(int quads) : IIntegerKernel
{
    /// <inheritdoc/>
    public int Rows => ShortPairKernel.TileRows;

    /// <inheritdoc/>
    public int Strips => 1;

    /// <inheritdoc/>
    public IntegerForm Form => IntegerForm.Shorts;

    /// <inheritdoc/>
    public bool ReadsCodes => false;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public void Multiply(IntegerTile* tile, int rows)
    {
        var sums = stackalloc int[ShortPairKernel.TileRows * IntegerTile.StripColumns];
        var step = GroupRecord.Bytes(quads, IntegerForm.Shorts);
        for (var group = 0; group < tile->Steps; group++)
        {
            var record = tile->B + (nint)group * step;
            var a = (short*)tile->A + 4 * quads * (nint)group;
            new Span<int>(sums, rows * IntegerTile.StripColumns).Clear();
            ShortPairKernel.Multiply(a, tile->AStride / sizeof(short), (short*)GroupRecord.Weights(record), 2 * quads, rows, sums);
            Add(sums, GroupRecord.Scales(record), (float*)tile->Sums, rows);
        }
    }

    private static void Add(int* sums, float* scales, float* results, int rows)
    {
        for (var i = 0; i < rows * IntegerTile.StripColumns; i += 8)
        {
            var scale = Vector256.Load(scales + i % IntegerTile.StripColumns);
            var sum = Vector256.ConvertToSingle(Vector256.Load(sums + i));
            Vector256.FusedMultiplyAdd(sum, scale, Vector256.Load(results + i)).Store(results + i);
        }
    }
}
