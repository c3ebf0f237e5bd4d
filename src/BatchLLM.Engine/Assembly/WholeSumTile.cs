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
    /// <summary>Most rows of a tile that widens bytes itself; with more, widening once for all of them is faster.</summary>
    public const int MostRowsOfCodes = 3;

    private const int PrefetchBytes = 1024;
    private const int QuadBytes = 64;
    private const int FirstWeights = 12;
    private const int FirstWideWeights = 28;

    /// <summary>Assembles the tile.</summary>
    public static byte[] Assemble(IntegerTileShape shape) => KernelFrame.Assemble(code => Emit(code, shape, tile => Steps(code, tile, shape)));

    /// <summary>
    /// Assembles the tile for few rows, which memory bounds: AVX2, one strip, of [16, 4] bytes that are widened in registers.
    /// </summary>
    /// <param name="rows">1 to <see cref="MostRowsOfCodes"/>.</param>
    public static byte[] AssembleOfCodes(int rows) => KernelFrame.Assemble(code =>
        Emit(code, new IntegerTileShape(rows, 1, HasDot: false, IsWide: false), tile => tile.ForEachStep(QuadBytes, 8, () =>
        {
            code.prefetcht0(tile.Weights(0, PrefetchBytes));
            Widen(code, tile);
            Multiply(code, tile, rows, 0, FirstWeights, FirstWeights - 2);
            Multiply(code, tile, rows, 4, FirstWeights + 2, FirstWeights - 2);
        })));

    private static void Steps(Assembler code, IntegerTileCode tile, IntegerTileShape shape)
    {
        if (shape.HasDot)
        {
            tile.ForEachStep(QuadBytes, 4, () => tile.Dot(0, 0, shape.IsWide ? FirstWideWeights : FirstWeights));
            return;
        }

        tile.ForEachStep(2 * QuadBytes, 8, () =>
        {
            Pair(code, tile, shape.Rows, 0, 0);
            Pair(code, tile, shape.Rows, QuadBytes, 4);
        });
    }

    private static void Emit(Assembler code, IntegerTileShape shape, Action<IntegerTileCode> steps)
    {
        var tile = new IntegerTileCode(code, shape);
        for (var i = 0; i < tile.Accumulators; i++)
        {
            tile.Load(i, tile.Sums(i));
        }

        steps(tile);
        for (var i = 0; i < tile.Accumulators; i++)
        {
            tile.Store(tile.Sums(i), i);
        }
    }

    private static void Pair(Assembler code, IntegerTileCode tile, int rows, int weights, int activations)
    {
        code.vmovups(IntegerTileCode.Y(FirstWeights), tile.Weights(0, weights));
        code.vmovups(IntegerTileCode.Y(FirstWeights + 1), tile.Weights(1, weights));
        Multiply(code, tile, rows, activations, FirstWeights, FirstWeights + 2);
    }

    // Even bytes of a column's four are the first pair of its shorts, odd ones the second.
    private static void Widen(Assembler code, IntegerTileCode tile)
    {
        for (var vector = 0; vector < 2; vector++)
        {
            var (even, odd) = (IntegerTileCode.Y(FirstWeights + vector), IntegerTileCode.Y(FirstWeights + 2 + vector));
            code.vmovups(odd, tile.Weights(vector, 0));
            code.vpsllw(even, odd, 8);
            code.vpsraw(even, even, 8);
            code.vpsraw(odd, odd, 8);
        }
    }

    private static void Multiply(Assembler code, IntegerTileCode tile, int rows, int activations, int weights, int free)
    {
        var (left, right) = (IntegerTileCode.Y(weights), IntegerTileCode.Y(weights + 1));
        var (x, product) = (IntegerTileCode.Y(free), IntegerTileCode.Y(free + 1));
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
