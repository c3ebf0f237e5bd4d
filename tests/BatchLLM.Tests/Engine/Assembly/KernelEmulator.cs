using Iced.Intel;

namespace BatchLLM.Tests.Engine.Assembly;

/// <summary>
/// Interprets a kernel's bytes, so that every kernel is tested bit for bit on every machine. Fails on any access outside of the
/// declared memory and on any instruction it does not know.
/// </summary>
internal sealed unsafe class KernelEmulator(EmulatedMemory memory)
{
    private const ulong ReturnAddress = 0xDEAD_0000;
    private const int StackBytes = 4096;

    private static readonly Register[] Saved =
        [Register.RBX, Register.RBP, Register.RSI, Register.RDI, Register.R12, Register.R13, Register.R14, Register.R15];

    private readonly EmulatedRegisters _registers = new();
    private readonly Dictionary<ulong, Instruction> _decoded = [];

    /// <summary>Instructions that were executed.</summary>
    public long Executed { get; private set; }

    /// <summary>Calls a function and checks that it kept what the calling convention wants kept.</summary>
    /// <param name="code">Its bytes.</param>
    /// <param name="argument">The pointer it takes.</param>
    /// <param name="isWindows">Which convention it was assembled for.</param>
    /// <exception cref="InvalidOperationException">It did something that is not declared or not known.</exception>
    public void Call(byte[] code, void* argument, bool isWindows = false)
    {
        var stack = new ulong[StackBytes / sizeof(ulong)];
        fixed (byte* start = code)
        fixed (ulong* bottom = stack)
        {
            memory.Readable(start, code.Length).Writable(bottom, StackBytes);
            var before = Enter(bottom, argument, isWindows);
            _registers.Rip = (ulong)start;
            while (_registers.Rip != ReturnAddress)
            {
                Step(start, code.Length);
            }

            Leave(before, isWindows);
        }
    }

    private Dictionary<Register, ulong> Enter(ulong* bottom, void* argument, bool isWindows)
    {
        foreach (var register in Saved)
        {
            _registers[register] = 0x1234_5678_0000 + (ulong)register;
        }

        for (var i = 0; i < 32; i++)
        {
            _registers.Vector(Register.XMM0 + i).Fill((byte)(0xC1 + i));
        }

        _registers[isWindows ? Register.RCX : Register.RDI] = (ulong)argument;
        var top = bottom + StackBytes / sizeof(ulong) - 1;
        *top = ReturnAddress;
        _registers[Register.RSP] = (ulong)top;
        return Saved.Append(Register.RSP).ToDictionary(r => r, r => _registers[r]);
    }

    private void Leave(Dictionary<Register, ulong> before, bool isWindows)
    {
        before[Register.RSP] += sizeof(ulong);
        foreach (var (register, value) in before)
        {
            var isFree = !isWindows && register is (Register.RSI or Register.RDI);
            Require(isFree || _registers[register] == value, $"{register} was not restored");
        }

        for (var i = 6; isWindows && i < 16; i++)
        {
            var kept = !_registers.Vector(Register.XMM0 + i)[..16].ContainsAnyExcept((byte)(0xC1 + i));
            Require(kept, $"xmm{i} was not restored");
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The kernel broke the calling convention: {what}.");
        }
    }

    private void Step(byte* start, int length)
    {
        if (!_decoded.TryGetValue(_registers.Rip, out var instruction))
        {
            var offset = (int)(_registers.Rip - (ulong)start);
            var decoder = Decoder.Create(64, new ByteArrayCodeReader(new Span<byte>(start, length).ToArray(), offset, length - offset));
            decoder.IP = _registers.Rip;
            instruction = decoder.Decode();
            _decoded[_registers.Rip] = instruction;
        }

        _registers.Rip = instruction.NextIP;
        Executed++;
        if (!new GeneralInstructions(_registers, memory).Execute(instruction)
            && !new VectorInstructions(_registers, memory).Execute(instruction)
            && !new TileInstructions(_registers, memory).Execute(instruction))
        {
            throw new InvalidOperationException($"Instruction '{instruction}' is not emulated.");
        }
    }
}
