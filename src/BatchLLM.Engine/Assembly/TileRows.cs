using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Engine.Assembly;

/// <summary>
/// Addresses of a tile's rows of activations. An address takes one index register, doubled or not: every third row has a
/// base of its own. Takes rsi, rax, rbx and r10 to r13.
/// </summary>
internal sealed class TileRows
{
    /// <summary>Most rows.</summary>
    public const int Most = 15;

    private const int RowsOfBase = 3;

    private static readonly AssemblerRegister64[] Bases = [rsi, r10, r11, r12, r13];

    private readonly Assembler _code;
    private readonly int _bases;

    /// <summary>Emits the first addresses.</summary>
    /// <param name="code">Where to; rdi points to the first row's address, which its stride follows.</param>
    /// <param name="rows">1 to <see cref="Most"/>.</param>
    public TileRows(Assembler code, int rows)
    {
        (_code, _bases) = (code, (rows + RowsOfBase - 1) / RowsOfBase);
        code.mov(rsi, __qword_ptr[rdi]);
        code.mov(rax, __qword_ptr[rdi + sizeof(long)]);
        code.lea(rbx, __[rax + rax * 2]);
        for (var i = 1; i < _bases; i++)
        {
            code.lea(Bases[i], __[Bases[i - 1] + rbx]);
        }
    }

    /// <summary>Four bytes of a row.</summary>
    /// <param name="row">Which row.</param>
    /// <param name="offset">Bytes from where the row stands.</param>
    public AssemblerMemoryOperand this[int row, int offset]
    {
        get
        {
            var start = Bases[row / RowsOfBase];
            return (row % RowsOfBase) switch
            {
                0 => __dword_ptr[start + offset],
                1 => __dword_ptr[start + rax + offset],
                _ => __dword_ptr[start + rax * 2 + offset],
            };
        }
    }

    /// <summary>Emits a step along all rows.</summary>
    /// <param name="bytes">How far.</param>
    public void Advance(int bytes)
    {
        for (var i = 0; i < _bases; i++)
        {
            _code.add(Bases[i], bytes);
        }
    }
}
