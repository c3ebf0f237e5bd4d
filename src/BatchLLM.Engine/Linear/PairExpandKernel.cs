using System.Runtime.InteropServices;
using BatchLLM.Engine.Assembly;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Assembles what turns pairs of E4M3 into pairs of BF16, exactly: of <see cref="TileArguments"/> it takes B, C, with rows of the
/// panel's width, and the count of units. AVX-512 BW.
/// </summary>
/// <remarks>
/// Exponent and mantissa move to where BF16 has them and the exponent's bias grows by 120. A subnormal code has no exponent
/// to add to, and as a BF16 denormal it would count as zero: the eight of them are looked up.
/// </remarks>
internal static class PairExpandKernel
{
    private const int WordsPerVector = 32;
    private const int SubnormalCodes = 8;

    /// <summary>Assembles it.</summary>
    /// <param name="panelWidth">Columns of a panel, a multiple of 16.</param>
    public static byte[] Assemble(int panelWidth) => KernelFrame.Assemble(code => Emit(code, panelWidth));

    private static void Emit(Assembler code, int width)
    {
        var (table, start, loop) = (code.CreateLabel(), code.CreateLabel(), code.CreateLabel());
        code.jmp(start);
        code.Label(ref table);
        code.db(SubnormalTable());
        code.Label(ref start);
        code.vmovdqu16(zmm31, __zmmword_ptr[table]);
        var vectors = new VectorAssembler(code, isWide: true);
        vectors.Constant(30, 0x87F087F0); // sign, exponent and mantissa, four bits up
        vectors.Constant(29, 0x3C003C00); // 120 more in the exponent
        vectors.Constant(28, 0x00780078); // the code's exponent
        vectors.Constant(27, 0x80008000); // sign
        code.mov(rsi, Argument(nameof(TileArguments.B)));
        code.mov(rdx, Argument(nameof(TileArguments.C)));
        code.mov(rcx, Argument(nameof(TileArguments.Units)));
        code.Label(ref loop);
        for (var word = 0; word < 2 * width; word += WordsPerVector)
        {
            EmitVector(code, word);
        }

        code.add(rsi, 2 * width);
        code.add(rdx, 4 * width);
        code.sub(rcx, 1);
        code.jg(loop);
    }

    private static void EmitVector(Assembler code, int word)
    {
        code.vpmovsxbw(zmm0, __ymmword_ptr[rsi + word]);
        code.vpsllw(zmm1, zmm0, 4);
        code.vpandd(zmm1, zmm1, zmm30);
        code.vpaddw(zmm1, zmm1, zmm29);
        code.vptestnmw(k1, zmm0, zmm28);
        code.vpermw(zmm1.k1, zmm0, zmm31);
        code.vpternlogd(zmm1, zmm0, zmm27, 0xF8); // zmm1 | zmm0 & sign
        code.vmovups(__zmmword_ptr[rdx + 2 * word], zmm1);
    }

    // Multiples of 2^-9, up to 7; the index's upper bits are zero where the table is used.
    private static byte[] SubnormalTable()
    {
        var words = new ushort[WordsPerVector];
        for (var code = 0; code < SubnormalCodes; code++)
        {
            words[code] = (ushort)(BitConverter.SingleToUInt32Bits(MathF.ScaleB(code, -9)) >> 16);
        }

        return MemoryMarshal.AsBytes<ushort>(words).ToArray();
    }

    private static AssemblerMemoryOperand Argument(string field) =>
        __qword_ptr[rdi + (int)Marshal.OffsetOf<TileArguments>(field)];
}
