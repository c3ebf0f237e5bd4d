using System.Runtime.InteropServices;
using BatchLLM.Engine.Assembly;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Assembles a product's innermost loop: a tile of sums stays in registers while k runs. Each sum takes its products in
/// ascending k with fused multiply-add, so its bits depend neither on the tile's shape nor on the other rows.
/// </summary>
/// <remarks>
/// The count of k is an argument: that it were known when the kernel is assembled would save one instruction per four units, and
/// take a kernel for every depth.
/// </remarks>
internal sealed class TileKernel
{
    private const int UnitBytes = 4;
    private const int UnrolledUnits = 4;
    private const int RowsPerBase = 3; // a base, a base and a stride, a base and two strides
    private const int LineBytes = 64;
    private const int PrefetchDistance = 2048;

    private static readonly Register[] RowBases = [Register.RAX, Register.RBX, Register.RBP, Register.R8, Register.R9];
    private static readonly Register[] PanelBases = [Register.RSI, Register.R11, Register.R12, Register.R13];

    private readonly VectorAssembler _vectors;
    private readonly Assembler _code;
    private readonly WeightDecoder _decoder;
    private readonly TileShape _shape;
    private readonly bool _takesPairs;
    private readonly bool _readsMemory;
    private readonly bool _broadcastsFirst;
    private readonly int _decodedVectors;
    private readonly int _constants;
    private readonly int _weights;
    private readonly int _inputs;

    private TileKernel(VectorAssembler vectors, WeightDecoder decoder, TileShape shape, bool takesPairs, bool readsMemory)
    {
        (_vectors, _code, _decoder, _shape) = (vectors, vectors.Code, decoder, shape);
        (_takesPairs, _readsMemory) = (takesPairs, readsMemory);
        _constants = shape.Accumulators;
        _weights = _constants + decoder.ConstantCount;
        _broadcastsFirst = _weights + decoder.StepDepth * (1 + shape.Rows) <= vectors.RegisterCount;
        var fits = _weights + decoder.StepDepth * shape.Vectors + 1 <= vectors.RegisterCount;
        _decodedVectors = fits && !_broadcastsFirst ? shape.Vectors : 1;
        _inputs = _weights + decoder.StepDepth * _decodedVectors;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            _inputs + (_broadcastsFirst ? decoder.StepDepth * shape.Rows : 1), vectors.RegisterCount, nameof(shape));
    }

    /// <summary>Assembles a kernel that takes <see cref="TileArguments"/>.</summary>
    /// <param name="isWide">True for 512-bit vectors.</param>
    /// <param name="encoding">How it finds weights.</param>
    /// <param name="shape">Its tile.</param>
    /// <param name="readsMemory">True if weights come from memory, false if they stand in first-level cache.</param>
    public static byte[] Assemble(bool isWide, WeightEncoding encoding, TileShape shape, bool readsMemory) => KernelFrame.Assemble(code =>
        new TileKernel(new VectorAssembler(code, isWide), new WeightDecoder(encoding), shape, takesPairs: false, readsMemory).Emit());

    /// <summary>Assembles a kernel whose units, of input and weights, are pairs of BF16 (AVX-512 BF16).</summary>
    /// <param name="shape">Its tile.</param>
    /// <param name="readsMemory">True if weights come from memory, false if they stand in first-level cache.</param>
    public static byte[] AssemblePairs(TileShape shape, bool readsMemory) => KernelFrame.Assemble(code => new TileKernel(
        new VectorAssembler(code, isWide: true), new WeightDecoder(WeightEncoding.Float32), shape, takesPairs: true, readsMemory).Emit());

    private void Emit()
    {
        var tile = _code.CreateLabel();
        _decoder.EmitConstants(_vectors, _constants);
        _code.mov(r15, Argument(nameof(TileArguments.Prefetch)));
        _code.Label(ref tile);
        LoadArguments();
        StartSums();
        EmitLoop();
        ForEachSum((target, sum) => _vectors.Store(target, sum));
        if (!_readsMemory)
        {
            EmitNextTile(tile);
        }
    }

    // With a call from managed code for each tile, managed code took an eighth of a product's time.
    private void EmitNextTile(Label tile)
    {
        var isAhead = _code.CreateLabel();
        _code.mov(Argument(nameof(TileArguments.C)), rdx);
        _code.imul(rax, r10, _shape.Rows);
        _code.add(Argument(nameof(TileArguments.A)), rax);
        _code.cmp(r15, Argument(nameof(TileArguments.PrefetchEnd)));
        _code.jb(isAhead);
        _code.mov(r15, Argument(nameof(TileArguments.B)));
        _code.Label(ref isAhead);
        _code.sub(Argument(nameof(TileArguments.Tiles)), 1);
        _code.jne(tile);
        _code.mov(Argument(nameof(TileArguments.Prefetch)), r15);
    }

    private void LoadArguments()
    {
        _code.mov(r10, Argument(nameof(TileArguments.AStride)));
        LoadBases(RowBases.AsSpan(0, (_shape.Rows + RowsPerBase - 1) / RowsPerBase), nameof(TileArguments.A));
        _code.mov(r14, Argument(nameof(TileArguments.PanelStride)));
        LoadBases(PanelBases.AsSpan(0, _shape.Panels), nameof(TileArguments.B));
        _code.mov(r14, Argument(nameof(TileArguments.CStride)));
        _code.mov(rcx, Argument(nameof(TileArguments.Units)));
    }

    // Row bases stand three strides apart, panel bases one.
    private void LoadBases(ReadOnlySpan<Register> bases, string first)
    {
        var isRows = first == nameof(TileArguments.A);
        _code.mov(new AssemblerRegister64(bases[0]), Argument(first));
        for (var i = 1; i < bases.Length; i++)
        {
            var (target, source) = (new AssemblerRegister64(bases[i]), new AssemblerRegister64(bases[i - 1]));
            _code.lea(target, isRows ? __[source + r10 * 2] : __[source + r14]);
            if (isRows)
            {
                _code.add(target, r10);
            }
        }
    }

    private void StartSums()
    {
        var (loads, done) = (_code.CreateLabel(), _code.CreateLabel());
        _code.cmp(Argument(nameof(TileArguments.Adds)), 0);
        _code.jne(loads);
        for (var sum = 0; sum < _shape.Accumulators; sum++)
        {
            _vectors.Clear(sum);
        }

        _code.jmp(done);
        _code.Label(ref loads);
        ForEachSum((source, sum) => _vectors.Load(sum, source));
        _code.Label(ref done);
    }

    // Walks C row by row; changes rdx.
    private void ForEachSum(Action<MemoryOperand, int> emit)
    {
        _code.mov(rdx, Argument(nameof(TileArguments.C)));
        for (var row = 0; row < _shape.Rows; row++)
        {
            for (var i = 0; i < _shape.Panels * _shape.Vectors; i++)
            {
                var (panel, vector) = Math.DivRem(i, _shape.Vectors);
                emit(At(Register.RDX, panel * _shape.PanelWidth * sizeof(float) + vector * _vectors.Bytes), Sum(row, panel, vector));
            }

            _code.add(rdx, r14);
        }
    }

    private void EmitLoop()
    {
        var (unrolled, rest, single, done) = (_code.CreateLabel(), _code.CreateLabel(), _code.CreateLabel(), _code.CreateLabel());
        _code.sub(rcx, UnrolledUnits);
        _code.jl(rest);
        _code.Label(ref unrolled);
        EmitPrefetch();
        EmitUnits(UnrolledUnits);
        _code.sub(rcx, UnrolledUnits);
        _code.jge(unrolled);
        _code.Label(ref rest);
        _code.add(rcx, UnrolledUnits);
        _code.je(done);
        _code.Label(ref single);
        EmitUnits(_decoder.StepDepth);
        _code.sub(rcx, _decoder.StepDepth);
        _code.jg(single);
        _code.Label(ref done);
    }

    // Panels that come from memory are prefetched themselves, others what the caller will want next.
    private void EmitPrefetch()
    {
        if (!_readsMemory)
        {
            _code.prefetcht0(__[r15]);
            _code.add(r15, LineBytes);
            return;
        }

        var bytes = UnrolledUnits / _decoder.StepDepth * _shape.PanelWidth * _decoder.ColumnBytes;
        for (var i = 0; i < _shape.Panels * bytes / LineBytes; i++)
        {
            var (panel, line) = Math.DivRem(i, bytes / LineBytes);
            _code.prefetcht0(__[new AssemblerRegister64(PanelBases[panel]) + (PrefetchDistance + line * LineBytes)]);
        }
    }

    private void EmitUnits(int units)
    {
        var stepBytes = _shape.PanelWidth * _decoder.ColumnBytes;
        for (var step = 0; step < units / _decoder.StepDepth; step++)
        {
            EmitStep(step * stepBytes, step * _decoder.StepDepth * UnitBytes);
        }

        Advance(RowBases.AsSpan(0, (_shape.Rows + RowsPerBase - 1) / RowsPerBase), units * UnitBytes);
        Advance(PanelBases.AsSpan(0, _shape.Panels), units / _decoder.StepDepth * stepBytes);
    }

    // With registers to spare, inputs are repeated once and weights decoded a vector at a time. Otherwise a panel's weights are
    // decoded first, and inputs repeated after; with even less room, inputs are repeated for each vector of weights.
    private void EmitStep(int weightOffset, int inputOffset)
    {
        for (var i = 0; _broadcastsFirst && i < _shape.Rows * _decoder.StepDepth; i++)
        {
            Broadcast(_inputs + i, i / _decoder.StepDepth, inputOffset + i % _decoder.StepDepth * UnitBytes);
        }

        for (var panel = 0; panel < _shape.Panels; panel++)
        {
            for (var vector = 0; vector < _shape.Vectors; vector += _decodedVectors)
            {
                EmitVectors(panel, vector, weightOffset, inputOffset);
            }
        }
    }

    private void EmitVectors(int panel, int first, int weightOffset, int inputOffset)
    {
        for (var vector = 0; vector < _decodedVectors; vector++)
        {
            Decode(_weights + vector * _decoder.StepDepth, panel, first + vector, weightOffset);
        }

        for (var i = 0; i < _shape.Rows * _decoder.StepDepth; i++)
        {
            var (k, row) = Math.DivRem(i, _shape.Rows);
            var input = _broadcastsFirst ? _inputs + row * _decoder.StepDepth + k : _inputs;
            if (!_broadcastsFirst)
            {
                Broadcast(input, row, inputOffset + k * UnitBytes);
            }

            for (var vector = 0; vector < _decodedVectors; vector++)
            {
                MultiplyAdd(Sum(row, panel, first + vector), input, _weights + vector * _decoder.StepDepth + k);
            }
        }
    }

    private void Decode(int target, int panel, int vector, int offset) => _decoder.Emit(
        _vectors,
        target,
        At(PanelBases[panel], offset + vector * _vectors.Bytes / sizeof(float) * _decoder.ColumnBytes),
        _constants);

    private void Broadcast(int target, int row, int offset)
    {
        var strides = row % RowsPerBase;
        _vectors.Broadcast(target, strides == 0
            ? At(RowBases[row / RowsPerBase], offset)
            : new MemoryOperand(RowBases[row / RowsPerBase], Register.R10, strides, offset, offset == 0 ? 0 : 1));
    }

    private void MultiplyAdd(int sum, int input, int weight)
    {
        if (_takesPairs)
        {
            _vectors.MultiplyAddPairs(sum, input, weight);
        }
        else
        {
            _vectors.MultiplyAdd(sum, input, weight);
        }
    }

    private void Advance(ReadOnlySpan<Register> bases, int bytes)
    {
        foreach (var register in bases)
        {
            _code.add(new AssemblerRegister64(register), bytes);
        }
    }

    private int Sum(int row, int panel, int vector) => (row * _shape.Panels + panel) * _shape.Vectors + vector;

    private static MemoryOperand At(Register register, int offset) => new(register, offset, offset == 0 ? 0 : 1);

    private static AssemblerMemoryOperand Argument(string field) =>
        __qword_ptr[rdi + (int)Marshal.OffsetOf<TileArguments>(field)];
}
