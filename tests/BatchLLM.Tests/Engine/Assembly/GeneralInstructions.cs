using Iced.Intel;

namespace BatchLLM.Tests.Engine.Assembly;

/// <summary>Moves, integer arithmetic, stack and jumps, in 32 and 64 bits.</summary>
internal sealed class GeneralInstructions(EmulatedRegisters registers, EmulatedMemory memory)
{
    /// <summary>Executes an instruction; false if it is none of these.</summary>
    public bool Execute(in Instruction instruction)
    {
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Prefetcht0 or Mnemonic.Prefetcht1 or Mnemonic.Prefetcht2 or Mnemonic.Prefetchnta or Mnemonic.Nop:
                return true;
            case Mnemonic.Mov or Mnemonic.Movzx:
                Set(instruction, 0, Get(instruction, 1));
                return true;
            case Mnemonic.Lea:
                registers[instruction.Op0Register] = Address(instruction, 1);
                return true;
            case Mnemonic.Push:
                registers[Register.RSP] -= sizeof(ulong);
                memory.Write(registers[Register.RSP], BitConverter.GetBytes(Get(instruction, 0)));
                return true;
            case Mnemonic.Pop:
                Set(instruction, 0, Pop());
                return true;
            case Mnemonic.Ret:
                registers.Rip = Pop();
                return true;
            case Mnemonic.Jmp:
                registers.Rip = instruction.NearBranchTarget;
                return true;
            default:
                return instruction.ConditionCode != ConditionCode.None && instruction.IsJccShortOrNear
                    ? Jump(instruction)
                    : Compute(instruction);
        }
    }

    /// <summary>The address of a memory operand.</summary>
    public ulong Address(in Instruction instruction, int operand) =>
        instruction.GetVirtualAddress(operand, 0, (register, _, _) => register.IsSegmentRegister() ? 0 : registers[register]);

    private bool Compute(in Instruction instruction)
    {
        if (instruction.OpCount == 0 || !(IsGeneral(instruction, 0) && (instruction.OpCount == 1 || IsGeneral(instruction, 1))))
        {
            return false;
        }

        var first = Get(instruction, 0);
        ulong? result = instruction.Mnemonic switch
        {
            Mnemonic.Add => first + Get(instruction, 1),
            Mnemonic.Sub or Mnemonic.Cmp => first - Get(instruction, 1),
            Mnemonic.Inc => first + 1,
            Mnemonic.Dec => first - 1,
            Mnemonic.And or Mnemonic.Test => first & Get(instruction, 1),
            Mnemonic.Or => first | Get(instruction, 1),
            Mnemonic.Xor => first ^ Get(instruction, 1),
            Mnemonic.Shl => first << (int)Get(instruction, 1),
            Mnemonic.Shr => first >> (int)Get(instruction, 1),
            Mnemonic.Neg => 0 - first,
            Mnemonic.Imul when instruction.OpCount > 1 => instruction.OpCount == 3
                ? Get(instruction, 1) * Get(instruction, 2)
                : first * Get(instruction, 1),
            _ => null,
        };
        if (result is not { } value)
        {
            return false;
        }

        var second = instruction.Mnemonic is Mnemonic.Inc or Mnemonic.Dec ? 1 : instruction.OpCount > 1 ? Get(instruction, 1) : 0;
        SetFlags(instruction, first, second, value);
        if (instruction.Mnemonic is not (Mnemonic.Cmp or Mnemonic.Test))
        {
            Set(instruction, 0, value);
        }

        return true;
    }

    private static bool IsGeneral(in Instruction instruction, int operand) =>
        instruction.GetOpKind(operand) == OpKind.Register
            ? instruction.GetOpRegister(operand).IsGPR()
            : instruction.MemorySize.GetSize() <= sizeof(ulong);

    private void SetFlags(in Instruction instruction, ulong first, ulong second, ulong value)
    {
        var bits = 8 * (instruction.Op0Kind == OpKind.Memory ? instruction.MemorySize.GetSize() : instruction.Op0Register.GetSize());
        var sign = 1UL << (bits - 1);
        var narrow = bits == 64 ? value : value & uint.MaxValue;
        var subtracts = instruction.Mnemonic is Mnemonic.Sub or Mnemonic.Cmp or Mnemonic.Dec;
        var adds = instruction.Mnemonic is Mnemonic.Add or Mnemonic.Inc;
        registers.Flags = (
            narrow == 0,
            (narrow & sign) != 0,
            subtracts ? first < second : adds && narrow < first,
            subtracts ? ((first ^ second) & (first ^ value) & sign) != 0 : adds && (~(first ^ second) & (first ^ value) & sign) != 0);
    }

    private bool Jump(in Instruction instruction)
    {
        var (zero, sign, carry, overflow) = registers.Flags;
        var taken = instruction.ConditionCode switch
        {
            ConditionCode.e => zero,
            ConditionCode.ne => !zero,
            ConditionCode.s => sign,
            ConditionCode.ns => !sign,
            ConditionCode.b => carry,
            ConditionCode.ae => !carry,
            ConditionCode.be => carry || zero,
            ConditionCode.a => !carry && !zero,
            ConditionCode.l => sign != overflow,
            ConditionCode.ge => sign == overflow,
            ConditionCode.le => zero || sign != overflow,
            ConditionCode.g => !zero && sign == overflow,
            _ => throw new InvalidOperationException($"Jump '{instruction}' is not emulated."),
        };
        if (taken)
        {
            registers.Rip = instruction.NearBranchTarget;
        }

        return true;
    }

    private ulong Pop()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        memory.Read(registers[Register.RSP], bytes);
        registers[Register.RSP] += sizeof(ulong);
        return BitConverter.ToUInt64(bytes);
    }

    private ulong Get(in Instruction instruction, int operand)
    {
        switch (instruction.GetOpKind(operand))
        {
            case OpKind.Register:
                return registers[instruction.GetOpRegister(operand)];
            case OpKind.Memory:
                Span<byte> bytes = stackalloc byte[sizeof(ulong)];
                memory.Read(Address(instruction, operand), bytes[..instruction.MemorySize.GetSize()]);
                return BitConverter.ToUInt64(bytes);
            default:
                return instruction.GetImmediate(operand);
        }
    }

    private void Set(in Instruction instruction, int operand, ulong value)
    {
        if (instruction.GetOpKind(operand) == OpKind.Register)
        {
            registers[instruction.GetOpRegister(operand)] = value;
        }
        else
        {
            memory.Write(Address(instruction, operand), BitConverter.GetBytes(value).AsSpan(0, instruction.MemorySize.GetSize()));
        }
    }
}
