using System.Runtime.InteropServices;
using BatchLLM.Engine.Linear;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Engine.Assembly;

/// <summary>
/// The tile of INT8 for AMX: up to two by two tiles of 16 x 16 sums over the whole depth, in 32-bit integers. The panels' quads
/// are what a tile's rows are, so weights are read as they are packed.
/// </summary>
internal static class MatrixSumTile
{
    /// <summary>Strips of 16 columns.</summary>
    public const int Strips = 2;

    /// <summary>Quads of k that go in at once: a run has a multiple of them.</summary>
    public const int Steps = 16;

    private const int WeightTileBytes = Steps * TileConfiguration.RowBytes;
    private const int SumRowBytes = Strips * TileConfiguration.RowBytes;

    private static readonly AssemblerRegisterTMM[] Sums = [tmm0, tmm1, tmm2, tmm3]; // [row tiles, strips]
    private static readonly AssemblerRegisterTMM[] Inputs = [tmm4, tmm5];

    /// <summary>Assembles a kernel that takes an <see cref="IntegerTile"/> whose activations are raised bytes.</summary>
    /// <param name="rows">1 to <see cref="TileConfiguration.MostRows"/>.</param>
    public static byte[] Assemble(int rows) => KernelFrame.Assemble(code => Emit(code, rows));

    private static void Emit(Assembler code, int rows)
    {
        var (configuration, start, loop) = (code.CreateLabel(), code.CreateLabel(), code.CreateLabel());
        code.jmp(start);
        code.Label(ref configuration);
        code.db(TileConfiguration.Of(rows));
        code.Label(ref start);
        code.ldtilecfg(__[configuration]);
        var rowTiles = (rows + TileConfiguration.TileRows - 1) / TileConfiguration.TileRows;
        LoadArguments(code);
        ForEachSum(rowTiles, (sum, offset) => code.tileloadd(sum, __[r8 + r14 + offset]));
        code.Label(ref loop);
        EmitStep(code, rowTiles);
        code.sub(rcx, Steps);
        code.jg(loop);
        ForEachSum(rowTiles, (sum, offset) => code.tilestored(__[r8 + r14 + offset], sum));
        code.tilerelease();
    }

    // rax and rbx: the row tiles' input; rdx and rbp: the strips' weights; r10, r11 and r14: bytes between rows of input, weights
    // and sums.
    private static void LoadArguments(Assembler code)
    {
        code.mov(rax, Argument(nameof(IntegerTile.A)));
        code.mov(r10, Argument(nameof(IntegerTile.AStride)));
        code.mov(rbx, r10);
        code.shl(rbx, 4);
        code.add(rbx, rax);
        code.mov(rdx, Argument(nameof(IntegerTile.B)));
        code.mov(rbp, Argument(nameof(IntegerTile.BStride)));
        code.add(rbp, rdx);
        code.mov(r11, TileConfiguration.RowBytes);
        code.mov(r8, Argument(nameof(IntegerTile.Sums)));
        code.mov(r14, SumRowBytes);
        code.mov(rcx, Argument(nameof(IntegerTile.Steps)));
    }

    private static void ForEachSum(int rowTiles, Action<AssemblerRegisterTMM, int> emit)
    {
        for (var i = 0; i < rowTiles * Strips; i++)
        {
            var (rowTile, strip) = Math.DivRem(i, Strips);
            emit(Sums[i], rowTile * TileConfiguration.TileRows * SumRowBytes + strip * TileConfiguration.RowBytes);
        }
    }

    private static void EmitStep(Assembler code, int rowTiles)
    {
        code.tileloadd(tmm6, __[rdx + r11]);
        code.tileloadd(tmm7, __[rbp + r11]);
        for (var rowTile = 0; rowTile < rowTiles; rowTile++)
        {
            code.tileloadd(Inputs[rowTile], rowTile == 0 ? __[rax + r10] : __[rbx + r10]);
            code.tdpbusd(Sums[Strips * rowTile], Inputs[rowTile], tmm6);
            code.tdpbusd(Sums[Strips * rowTile + 1], Inputs[rowTile], tmm7);
        }

        code.add(rax, TileConfiguration.RowBytes);
        code.add(rbx, TileConfiguration.RowBytes);
        code.add(rdx, WeightTileBytes);
        code.add(rbp, WeightTileBytes);
    }

    private static AssemblerMemoryOperand Argument(string field) =>
        __qword_ptr[rdi + (int)Marshal.OffsetOf<IntegerTile>(field)];
}
