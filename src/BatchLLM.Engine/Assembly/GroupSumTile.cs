using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Engine.Assembly;

/// <summary>
/// The tile of 4-bit weights: a step is a group of k (see <see cref="Linear.GroupRecord"/>), summed in integers and then added
/// to a float32 by one fused multiply-add with the group's scale.
/// </summary>
/// <remarks>
/// Without VNNI, AVX2 multiplies bytes and adds two products in 16 bits. A group's sum fits: 16 products of at most 127 x 15
/// for each half of a quad. On the way there it may wrap, which changes nothing.
/// </remarks>
internal static class GroupSumTile
{
    private const int StartOffset = Linear.GroupRecord.StartOffset;
    private const int WeightsOffset = Linear.GroupRecord.WeightsOffset;
    private const int QuadBytes = Linear.GroupRecord.QuadBytes;
    private const int Free = 12;
    private const int WideResults = 12;
    private const int WideFree = 24;
    private const int WideScales = 29;

    /// <summary>Assembles the tile.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="quads">Quads of a group: 4 or 8.</param>
    public static byte[] Assemble(IntegerTileShape shape, int quads) => KernelFrame.Assemble(code =>
    {
        var ones = code.CreateLabel("ones");
        var begin = code.CreateLabel("begin");
        code.jmp(begin);
        code.Label(ref ones);
        code.dd(0x0001_0001);
        code.Label(ref begin);
        var tile = new IntegerTileCode(code, shape);
        if (shape.IsWide)
        {
            EmitWide(code, tile, shape, quads);
        }
        else
        {
            tile.ForEachStep(WeightsOffset + quads * QuadBytes, 4 * quads, () => Group(code, tile, shape, quads, ones));
        }
    });

    private static void Group(Assembler code, IntegerTileCode tile, IntegerTileShape shape, int quads, Label ones)
    {
        if (shape.HasDot)
        {
            Dots(tile, shape, quads, Free);
        }
        else
        {
            for (var quad = 0; quad < quads; quad++)
            {
                Quad(code, tile, shape.Rows, quad);
            }

            SumHalves(code, tile, ones);
        }

        Scale(code, tile, shape);
    }

    private static void Dots(IntegerTileCode tile, IntegerTileShape shape, int quads, int free)
    {
        for (var i = 0; i < tile.Accumulators; i++)
        {
            tile.Load(i, tile.Weights(i % shape.Vectors, StartOffset));
        }

        for (var quad = 0; quad < quads; quad++)
        {
            tile.Dot(WeightsOffset + quad * QuadBytes, 4 * quad, free);
        }
    }

    private static void Quad(Assembler code, IntegerTileCode tile, int rows, int quad)
    {
        var (x, product) = (ymm14, ymm15);
        for (var vector = 0; vector < 2; vector++)
        {
            code.vmovups(IntegerTileCode.Y(Free + vector), tile.Weights(vector, WeightsOffset + quad * QuadBytes));
        }

        for (var row = 0; row < rows; row++)
        {
            code.vpbroadcastd(x, tile.Rows[row, 4 * quad]);
            code.vpmaddubsw(product, x, IntegerTileCode.Y(Free));
            Add(code, tile, tile.Accumulator(row, 0), product, quad, 0);
            code.vpmaddubsw(x, x, IntegerTileCode.Y(Free + 1));
            Add(code, tile, tile.Accumulator(row, 1), x, quad, 1);
        }
    }

    private static void Add(
        Assembler code, IntegerTileCode tile, int accumulator, AssemblerRegisterYMM products, int quad, int vector)
    {
        var sum = IntegerTileCode.Y(accumulator);
        if (quad == 0)
        {
            code.vpaddw(sum, products, tile.Weights(vector, StartOffset));
        }
        else
        {
            code.vpaddw(sum, sum, products);
        }
    }

    private static void SumHalves(Assembler code, IntegerTileCode tile, Label ones)
    {
        code.vpbroadcastd(ymm12, __dword_ptr[ones]);
        for (var i = 0; i < tile.Accumulators; i++)
        {
            code.vpmaddwd(IntegerTileCode.Y(i), IntegerTileCode.Y(i), ymm12);
        }
    }

    // The results stay in memory: 12 sums and 12 results do not fit 16 registers.
    private static void Scale(Assembler code, IntegerTileCode tile, IntegerTileShape shape)
    {
        code.vmovups(ymm13, tile.Weights(0, 0));
        code.vmovups(ymm14, tile.Weights(1, 0));
        for (var i = 0; i < tile.Accumulators; i++)
        {
            var sum = IntegerTileCode.Y(i);
            code.vcvtdq2ps(sum, sum);
            code.vfmadd213ps(sum, i % shape.Vectors == 0 ? ymm13 : ymm14, tile.Sums(i));
            code.vmovups(tile.Sums(i), sum);
        }
    }

    private static void EmitWide(Assembler code, IntegerTileCode tile, IntegerTileShape shape, int quads)
    {
        for (var i = 0; i < tile.Accumulators; i++)
        {
            tile.Load(WideResults + i, tile.Sums(i));
        }

        tile.ForEachStep(WeightsOffset + quads * QuadBytes, 4 * quads, () =>
        {
            Dots(tile, shape, quads, WideFree);
            ScaleWide(code, tile, shape);
        });
        for (var i = 0; i < tile.Accumulators; i++)
        {
            tile.Store(tile.Sums(i), WideResults + i);
        }
    }

    private static void ScaleWide(Assembler code, IntegerTileCode tile, IntegerTileShape shape)
    {
        for (var vector = 0; vector < shape.Vectors; vector++)
        {
            tile.Load(WideScales + vector, tile.Weights(vector, 0));
        }

        for (var i = 0; i < tile.Accumulators; i++)
        {
            var sum = IntegerTileCode.Z(i);
            code.vcvtdq2ps(sum, sum);
            code.vfmadd231ps(IntegerTileCode.Z(WideResults + i), sum, IntegerTileCode.Z(WideScales + i % shape.Vectors));
        }
    }
}
