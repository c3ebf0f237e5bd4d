using System.Runtime.InteropServices;
using BatchLLM.Engine.Assembly;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Assembles a product's innermost loop for AMX: up to two by two tiles of 16 x 16 sums of BF16 pairs. A row's sums take whole
/// tiles of 32 k, always cut at the same places, so its bits do not depend on the other rows.
/// </summary>
internal static class MatrixTileKernel
{
    /// <summary>Most rows.</summary>
    public const int MaxRows = TileConfiguration.MostRows;

    /// <summary>Columns, which are always computed all.</summary>
    public const int Columns = 32;

    /// <summary>Units that go into the tiles at once; a run has a multiple of them.</summary>
    public const int Units = 16;

    /// <summary>What it prefetches of what comes next.</summary>
    public const int PrefetchedBytesPerUnit = 16;

    private const int TileRowBytes = TileConfiguration.RowBytes;

    private static readonly AssemblerRegisterTMM[] Sums = [tmm0, tmm1, tmm2, tmm3]; // [row tiles, column tiles]
    private static readonly AssemblerRegisterTMM[] Inputs = [tmm4, tmm5];
    private static readonly AssemblerRegisterTMM[] Weights = [tmm6, tmm7];

    /// <summary>Assembles a kernel that takes <see cref="TileArguments"/>.</summary>
    /// <param name="rows">1 to <see cref="MaxRows"/>.</param>
    /// <param name="panelWidth">Columns of a panel in memory.</param>
    public static byte[] Assemble(int rows, int panelWidth) => KernelFrame.Assemble(code => Emit(code, rows, panelWidth));

    private static void Emit(Assembler code, int rows, int panelWidth)
    {
        var (configuration, start, loop) = (code.CreateLabel(), code.CreateLabel(), code.CreateLabel());
        code.jmp(start);
        code.Label(ref configuration);
        code.db(TileConfiguration.Of(rows));
        code.Label(ref start);
        code.ldtilecfg(__[configuration]);
        var rowTiles = (rows + TileConfiguration.TileRows - 1) / TileConfiguration.TileRows;
        LoadArguments(code, panelWidth);
        StartSums(code, rowTiles);
        code.mov(rcx, Argument(nameof(TileArguments.Units)));
        code.Label(ref loop);
        EmitStep(code, rowTiles, panelWidth);
        code.sub(rcx, Units);
        code.jg(loop);
        ForEachSum(code, rowTiles, (memory, sum) => code.tilestored(memory, sum));
        code.tilerelease();
    }

    // rax and rbx: the row tiles' input; r10, r11 and r14: bytes between rows of input, weights and sums.
    private static void LoadArguments(Assembler code, int panelWidth)
    {
        code.mov(rax, Argument(nameof(TileArguments.A)));
        code.mov(r10, Argument(nameof(TileArguments.AStride)));
        code.mov(rbx, r10);
        code.shl(rbx, 4);
        code.add(rbx, rax);
        code.mov(rsi, Argument(nameof(TileArguments.B)));
        code.mov(r11, panelWidth * sizeof(float));
        code.mov(r14, Argument(nameof(TileArguments.CStride)));
        code.mov(r15, Argument(nameof(TileArguments.Prefetch)));
    }

    private static void StartSums(Assembler code, int rowTiles)
    {
        var (loads, done) = (code.CreateLabel(), code.CreateLabel());
        code.cmp(Argument(nameof(TileArguments.Adds)), 0);
        code.jne(loads);
        for (var i = 0; i < 2 * rowTiles; i++)
        {
            code.tilezero(Sums[i]);
        }

        code.jmp(done);
        code.Label(ref loads);
        ForEachSum(code, rowTiles, (memory, sum) => code.tileloadd(sum, memory));
        code.Label(ref done);
    }

    private static void ForEachSum(Assembler code, int rowTiles, Action<AssemblerMemoryOperand, AssemblerRegisterTMM> emit)
    {
        code.mov(rdx, Argument(nameof(TileArguments.C)));
        for (var rowTile = 0; rowTile < rowTiles; rowTile++)
        {
            emit(__[rdx + r14], Sums[2 * rowTile]);
            emit(__[rdx + r14 + TileRowBytes], Sums[2 * rowTile + 1]);
            code.mov(r8, r14);
            code.shl(r8, 4);
            code.add(rdx, r8);
        }
    }

    private static void EmitStep(Assembler code, int rowTiles, int panelWidth)
    {
        for (var line = 0; line < Units * PrefetchedBytesPerUnit; line += 64)
        {
            code.prefetcht0(__[r15 + line]);
        }

        code.tileloadd(Weights[0], __[rsi + r11]);
        code.tileloadd(Weights[1], __[rsi + r11 + TileRowBytes]);
        for (var rowTile = 0; rowTile < rowTiles; rowTile++)
        {
            code.tileloadd(Inputs[rowTile], rowTile == 0 ? __[rax + r10] : __[rbx + r10]);
            code.tdpbf16ps(Sums[2 * rowTile], Inputs[rowTile], Weights[0]);
            code.tdpbf16ps(Sums[2 * rowTile + 1], Inputs[rowTile], Weights[1]);
        }

        code.add(rax, TileRowBytes);
        code.add(rbx, TileRowBytes);
        code.add(rsi, Units * panelWidth * sizeof(float));
        code.add(r15, Units * PrefetchedBytesPerUnit);
    }

    private static AssemblerMemoryOperand Argument(string field) =>
        __qword_ptr[rdi + (int)Marshal.OffsetOf<TileArguments>(field)];
}
