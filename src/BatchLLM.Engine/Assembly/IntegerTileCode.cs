using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Engine.Assembly;

/// <summary>
/// What integer tiles have in common: registers, addresses, and instructions of either width. Weights stand at rdx, strips r9
/// apart; sums at r8; rcx counts steps down.
/// </summary>
internal sealed class IntegerTileCode
{
    private readonly Assembler _code;
    private readonly IntegerTileShape _shape;

    /// <summary>Emits the loading of a tile's arguments.</summary>
    /// <param name="code">Where to; rdi points to an <see cref="Linear.IntegerTile"/>.</param>
    /// <param name="shape">The tile.</param>
    public IntegerTileCode(Assembler code, IntegerTileShape shape)
    {
        (_code, _shape) = (code, shape);
        Rows = new TileRows(code, shape.Rows);
        code.mov(rdx, __qword_ptr[rdi + 2 * sizeof(long)]);
        code.mov(r9, __qword_ptr[rdi + 3 * sizeof(long)]);
        code.mov(r8, __qword_ptr[rdi + 4 * sizeof(long)]);
        code.mov(rcx, __qword_ptr[rdi + 5 * sizeof(long)]);
    }

    /// <summary>The activations.</summary>
    public TileRows Rows { get; }

    /// <summary>Accumulators, which are the first registers.</summary>
    public int Accumulators => _shape.Rows * _shape.Vectors;

    /// <summary>A 256-bit register.</summary>
    public static AssemblerRegisterYMM Y(int register) => new(Register.YMM0 + register);

    /// <summary>A 512-bit register.</summary>
    public static AssemblerRegisterZMM Z(int register) => new(Register.ZMM0 + register);

    /// <summary>The accumulator of a row's vector.</summary>
    public int Accumulator(int row, int vector) => row * _shape.Vectors + vector;

    /// <summary>A vector of the weights.</summary>
    /// <param name="vector">Which of a row's vectors it belongs to.</param>
    /// <param name="offset">Bytes from where the strip stands.</param>
    public AssemblerMemoryOperand Weights(int vector, int offset) => (_shape.IsWide ? vector : 0) switch
    {
        0 => __[rdx + (_shape.IsWide ? offset : offset + vector * _shape.VectorBytes)],
        1 => __[rdx + r9 + offset],
        _ => __[rdx + r9 * 2 + offset],
    };

    /// <summary>The sums of an accumulator. // [rows, vectors]</summary>
    public AssemblerMemoryOperand Sums(int accumulator) => __[r8 + accumulator * _shape.VectorBytes];

    /// <summary>Emits a loop over all steps.</summary>
    /// <param name="weightBytes">Bytes of a step in a strip.</param>
    /// <param name="rowBytes">Bytes of a step in a row.</param>
    /// <param name="step">Emits a step.</param>
    public void ForEachStep(int weightBytes, int rowBytes, Action step)
    {
        var loop = _code.CreateLabel();
        _code.Label(ref loop);
        step();
        _code.add(rdx, weightBytes);
        Rows.Advance(rowBytes);
        _code.dec(rcx);
        _code.jne(loop);
    }

    /// <summary>Emits a vector's load.</summary>
    public void Load(int register, AssemblerMemoryOperand from)
    {
        if (_shape.IsWide)
        {
            _code.vmovups(Z(register), from);
        }
        else
        {
            _code.vmovups(Y(register), from);
        }
    }

    /// <summary>Emits a vector's store.</summary>
    public void Store(AssemblerMemoryOperand to, int register)
    {
        if (_shape.IsWide)
        {
            _code.vmovups(to, Z(register));
        }
        else
        {
            _code.vmovups(to, Y(register));
        }
    }

    /// <summary>Emits the products of a quad of k by dot products: one load of activations a row, one product a vector.</summary>
    /// <param name="weights">Where the quad's weights stand in a step.</param>
    /// <param name="activations">Where its activations stand.</param>
    /// <param name="free">The first of as many registers as a row has vectors, and one more.</param>
    public void Dot(int weights, int activations, int free)
    {
        for (var vector = 0; vector < _shape.Vectors; vector++)
        {
            Load(free + vector, Weights(vector, weights));
        }

        var x = free + _shape.Vectors;
        for (var row = 0; row < _shape.Rows; row++)
        {
            Broadcast(x, Rows[row, activations]);
            for (var vector = 0; vector < _shape.Vectors; vector++)
            {
                AddDot(Accumulator(row, vector), x, free + vector);
            }
        }
    }

    private void Broadcast(int register, AssemblerMemoryOperand from)
    {
        if (_shape.IsWide)
        {
            _code.vpbroadcastd(Z(register), from);
        }
        else
        {
            _code.vpbroadcastd(Y(register), from);
        }
    }

    private void AddDot(int accumulator, int activations, int weights)
    {
        if (_shape.IsWide)
        {
            _code.vpdpbusd(Z(accumulator), Z(activations), Z(weights));
        }
        else
        {
            _code.vpdpbusd(Y(accumulator), Y(activations), Y(weights));
        }
    }
}
