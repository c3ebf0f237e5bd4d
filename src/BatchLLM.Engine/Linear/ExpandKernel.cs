using System.Runtime.InteropServices;
using BatchLLM.Engine.Assembly;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Assembles what decodes a run of one panel into float32 for <see cref="TileKernel"/>: of <see cref="TileArguments"/> it takes
/// B, C, with rows of the panel's width, and the count of units.
/// </summary>
internal static class ExpandKernel
{
    private const int First = 0;
    private const int Constants = 4;

    /// <summary>Assembles it.</summary>
    /// <param name="isWide">True for 512-bit vectors.</param>
    /// <param name="encoding">How weights stand.</param>
    /// <param name="panelWidth">Columns of a panel.</param>
    public static byte[] Assemble(bool isWide, WeightEncoding encoding, int panelWidth) =>
        KernelFrame.Assemble(code => Emit(new VectorAssembler(code, isWide), new WeightDecoder(encoding), panelWidth));

    private static void Emit(VectorAssembler vectors, WeightDecoder decoder, int width)
    {
        var code = vectors.Code;
        decoder.EmitConstants(vectors, Constants);
        code.mov(rsi, Argument(nameof(TileArguments.B)));
        code.mov(rdx, Argument(nameof(TileArguments.C)));
        code.mov(rcx, Argument(nameof(TileArguments.Units)));
        var loop = code.CreateLabel();
        code.Label(ref loop);
        EmitStep(vectors, decoder, width);
        code.add(rsi, width * decoder.ColumnBytes);
        code.add(rdx, width * decoder.StepDepth * sizeof(float));
        code.sub(rcx, decoder.StepDepth);
        code.jg(loop);
    }

    private static void EmitStep(VectorAssembler vectors, WeightDecoder decoder, int width)
    {
        var lanes = vectors.Bytes / sizeof(float);
        for (var column = 0; column < width; column += lanes)
        {
            // Registers in turns, so that one vector's decoding need not wait for the last one's.
            var target = First + column / lanes % 2 * decoder.StepDepth;
            decoder.Emit(vectors, target, new MemoryOperand(Register.RSI, column * decoder.ColumnBytes, 1), Constants);
            for (var k = 0; k < decoder.StepDepth; k++)
            {
                vectors.Store(new MemoryOperand(Register.RDX, (k * width + column) * sizeof(float), 1), target + k);
            }
        }
    }

    private static AssemblerMemoryOperand Argument(string field) =>
        __qword_ptr[rdi + (int)Marshal.OffsetOf<TileArguments>(field)];
}
