using Iced.Intel;

namespace BatchLLM.Engine.Assembly;

/// <summary>
/// The tile of INT8: sums over the whole depth in 32-bit integers. A step is a quad of k: [16, 4] bytes of a strip with dot
/// products, [2 pairs, 16, 2] shorts without.
/// </summary>
/// <remarks>
/// Without VNNI, bytes cannot be multiplied as they are: the product of a byte and a signed byte, added to another, saturates
/// at 16 bits. Shorts multiply at half of that rate, twice the rate of float32.
/// </remarks>
internal static class WholeSumTile
{
    private const int QuadBytes = 64;
    private const int FirstWeights = 12;
    private const int FirstWideWeights = 28;

    /// <summary>Assembles the tile.</summary>
    public static byte[] Assemble(IntegerTileShape shape) => KernelFrame.Assemble(code => Emit(code, shape));

    private static void Emit(Assembler code, IntegerTileShape shape)
    {
        var tile = new IntegerTileCode(code, shape);
        for (var i = 0; i < tile.Accumulators; i++)
        {
            tile.Load(i, tile.Sums(i));
        }

        if (shape.HasDot)
        {
            tile.ForEachStep(QuadBytes, 4, () => tile.Dot(0, 0, shape.IsWide ? FirstWideWeights : FirstWeights));
        }
        else
        {
            tile.ForEachStep(2 * QuadBytes, 8, () =>
            {
                Pair(code, tile, shape.Rows, 0, 0);
                Pair(code, tile, shape.Rows, QuadBytes, 4);
            });
        }

        for (var i = 0; i < tile.Accumulators; i++)
        {
            tile.Store(tile.Sums(i), i);
        }
    }

    private static void Pair(Assembler code, IntegerTileCode tile, int rows, int weights, int activations)
    {
        var (left, right) = (IntegerTileCode.Y(FirstWeights), IntegerTileCode.Y(FirstWeights + 1));
        var (x, product) = (IntegerTileCode.Y(FirstWeights + 2), IntegerTileCode.Y(FirstWeights + 3));
        code.vmovups(left, tile.Weights(0, weights));
        code.vmovups(right, tile.Weights(1, weights));
        for (var row = 0; row < rows; row++)
        {
            var (first, second) = (IntegerTileCode.Y(tile.Accumulator(row, 0)), IntegerTileCode.Y(tile.Accumulator(row, 1)));
            code.vpbroadcastd(x, tile.Rows[row, activations]);
            code.vpmaddwd(product, x, left);
            code.vpaddd(first, first, product);
            code.vpmaddwd(x, x, right);
            code.vpaddd(second, second, x);
        }
    }
}
