using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Engine.Assembly;

/// <summary>
/// The tile of 4-bit weights and few rows, which memory bounds: codes are multiplied as they stand, unsigned, without a stop in
/// cache. What that adds, a column's offset times the sum of the group's activations, is taken off each group's sum. A step
/// is a group's head: 16 scales and 16 offsets; its codes stand apart, [pairs of quads, 16, 4].
/// </summary>
/// <remarks>AVX2, with or without VNNI. A group's sum fits 16 bits in each half of a quad: 16 x 128 x 15, or 8 x 128 x 24.</remarks>
internal static class CodeStreamTile
{
    /// <summary>Most rows: with more, expanding once for all of them is faster.</summary>
    public const int MostRows = 3;

    /// <summary>Bytes of a group's head.</summary>
    public const int HeadBytes = 128;

    private const int PairBytes = 64;
    private const int CodesOffset = 6 * sizeof(long);
    private const int PrefetchBytes = 1024;

    /// <summary>Assembles the tile.</summary>
    /// <param name="rows">1 to <see cref="MostRows"/>.</param>
    /// <param name="quads">Quads of a group: 4 or 8.</param>
    /// <param name="values">What codes stand for, raised to be unsigned; null where they stand for themselves. // [16]</param>
    public static byte[] Assemble(int rows, int quads, byte[]? values) => KernelFrame.Assemble(code =>
    {
        var constants = new Constants(code, values);
        var tile = new IntegerTileCode(code, new IntegerTileShape(rows, 1, HasDot: false, IsWide: false));
        code.mov(r14, __qword_ptr[rdi + CodesOffset]);
        code.vpbroadcastd(ymm7, __dword_ptr[constants.Nibbles]);
        code.vpbroadcastd(ymm8, __dword_ptr[constants.Raise]);
        if (values is not null)
        {
            code.vbroadcasti128(ymm6, __xmmword_ptr[constants.Values]);
        }

        tile.ForEachStep(HeadBytes, 4 * quads, () =>
        {
            for (var pair = 0; pair < quads / 2; pair++)
            {
                LoadCodes(code, pair, values is not null);
                MultiplyRows(code, tile, rows, pair);
            }

            code.add(r14, quads / 2 * PairBytes);
            for (var row = 0; row < rows; row++)
            {
                SumActivations(code, tile, constants, row, quads);
                Finish(code, tile, constants, row);
            }
        });
    });

    // ymm9 and ymm10: the first quad's 16 columns; ymm11 and ymm12: the second's.
    private static void LoadCodes(Assembler code, int pair, bool looksUp)
    {
        code.prefetcht0(__byte_ptr[r14 + pair * PairBytes + PrefetchBytes]);
        for (var half = 0; half < 2; half++)
        {
            var (low, high) = (IntegerTileCode.Y(9 + half), IntegerTileCode.Y(11 + half));
            code.vmovups(low, __[r14 + pair * PairBytes + half * PairBytes / 2]);
            code.vpsrlw(high, low, 4);
            code.vpand(low, low, ymm7);
            code.vpand(high, high, ymm7);
            if (looksUp)
            {
                code.vpshufb(low, ymm6, low);
                code.vpshufb(high, ymm6, high);
            }
        }
    }

    private static void MultiplyRows(Assembler code, IntegerTileCode tile, int rows, int pair)
    {
        for (var quad = 0; quad < 2; quad++)
        {
            for (var row = 0; row < rows; row++)
            {
                code.vpbroadcastd(ymm13, tile.Rows[row, 4 * (2 * pair + quad)]);
                code.vpxor(ymm13, ymm13, ymm8);
                for (var half = 0; half < 2; half++)
                {
                    var sum = IntegerTileCode.Y(tile.Accumulator(row, half));
                    var isFirst = pair == 0 && quad == 0;
                    var product = isFirst ? sum : ymm14;
                    code.vpmaddubsw(product, IntegerTileCode.Y(9 + 2 * quad + half), ymm13);
                    if (!isFirst)
                    {
                        code.vpaddw(sum, sum, product);
                    }
                }
            }
        }
    }

    // ymm13: the sum of the group's activations in every lane.
    private static void SumActivations(Assembler code, IntegerTileCode tile, Constants constants, int row, int quads)
    {
        if (quads == 8)
        {
            code.vmovups(ymm13, tile.Rows[row, 0]);
            code.vpxor(ymm13, ymm13, ymm8);
        }
        else
        {
            code.vmovups(xmm13, tile.Rows[row, 0]);
            code.vpxor(xmm13, xmm13, xmm8);
        }

        code.vpbroadcastd(ymm14, __dword_ptr[constants.OneBytes]);
        code.vpbroadcastd(ymm15, __dword_ptr[constants.OneShorts]);
        code.vpmaddubsw(ymm13, ymm14, ymm13);
        code.vpmaddwd(ymm13, ymm13, ymm15);
        code.vextracti128(xmm14, ymm13, 1);
        code.vpaddd(xmm13, xmm13, xmm14);
        code.vpshufb(xmm14, xmm13, __xmmword_ptr[constants.SwapPairs]);
        code.vpaddd(xmm13, xmm13, xmm14);
        code.vpshufb(xmm14, xmm13, __xmmword_ptr[constants.SwapNeighbours]);
        code.vpaddd(xmm13, xmm13, xmm14);
        code.vpbroadcastd(ymm13, xmm13);
    }

    // An offset has an empty upper half, so that a product of pairs is the product of the two.
    private static void Finish(Assembler code, IntegerTileCode tile, Constants constants, int row)
    {
        code.vpbroadcastd(ymm15, __dword_ptr[constants.OneShorts]);
        for (var half = 0; half < 2; half++)
        {
            var accumulator = tile.Accumulator(row, half);
            var sum = IntegerTileCode.Y(accumulator);
            code.vpmaddwd(ymm14, ymm13, tile.Weights(half, HeadBytes / 2));
            code.vpmaddwd(sum, sum, ymm15);
            code.vpsubd(sum, sum, ymm14);
            code.vcvtdq2ps(sum, sum);
            code.vmovups(ymm14, tile.Weights(half, 0));
            code.vfmadd213ps(sum, ymm14, tile.Sums(accumulator));
            code.vmovups(tile.Sums(accumulator), sum);
        }
    }

    /// <summary>Constants that stand in front of the code, which jumps over them.</summary>
    private sealed class Constants
    {
        private readonly Label[] _labels; // [7]

        public Constants(Assembler code, byte[]? values)
        {
            uint[][] words =
            [
                [0x0F0F_0F0F], [0x8080_8080], [0x0101_0101], [0x0001_0001],
                [0x0B0A_0908, 0x0F0E_0D0C, 0x0302_0100, 0x0706_0504], [0x0706_0504, 0x0302_0100, 0x0F0E_0D0C, 0x0B0A_0908],
                [.. Enumerable.Range(0, values is null ? 0 : 4).Select(i => BitConverter.ToUInt32(values!, 4 * i))],
            ];
            _labels = Array.ConvertAll(words, _ => code.CreateLabel());
            var begin = code.CreateLabel();
            code.jmp(begin);
            for (var i = 0; i < words.Length; i++)
            {
                if (words[i].Length > 0)
                {
                    code.Label(ref _labels[i]);
                    Array.ForEach(words[i], code.dd);
                }
            }

            code.Label(ref begin);
        }

        public Label Nibbles => _labels[0];

        public Label Raise => _labels[1];

        public Label OneBytes => _labels[2];

        public Label OneShorts => _labels[3];

        public Label SwapPairs => _labels[4];

        public Label SwapNeighbours => _labels[5];

        public Label Values => _labels[6];
    }
}
