using Iced.Intel;

namespace BatchLLM.Tests.Engine.Assembly;

/// <summary>Decodes operands, masks and broadcasts of vector instructions; what they compute stands in <see cref="LaneOperations"/>.</summary>
internal sealed class VectorInstructions(EmulatedRegisters registers, EmulatedMemory memory)
{
    /// <summary>Executes an instruction; false if it is none of these.</summary>
    public bool Execute(in Instruction instruction)
    {
        if (instruction.Mnemonic == Mnemonic.Vzeroupper)
        {
            for (var i = 0; i < 16; i++)
            {
                registers.Vector(Register.XMM0 + i)[16..].Clear();
            }

            return true;
        }

        return LaneOperations.Table.TryGetValue(instruction.Mnemonic, out var operation)
            ? Compute(instruction, operation)
            : ExecuteMask(instruction);
    }

    private bool Compute(in Instruction instruction, LaneOperation operation)
    {
        Span<byte> first = stackalloc byte[EmulatedRegisters.VectorBytes];
        Span<byte> second = stackalloc byte[EmulatedRegisters.VectorBytes];
        Span<byte> result = stackalloc byte[EmulatedRegisters.VectorBytes];
        first.Clear();
        second.Clear();
        result.Clear();
        Load(instruction, 1, first);
        if (instruction.OpCount > 2 && instruction.Op2Kind is (OpKind.Register or OpKind.Memory))
        {
            Load(instruction, 2, second);
        }

        if (instruction.Op0Kind == OpKind.Register && instruction.Op0Register.IsVectorRegister())
        {
            registers.Vector(instruction.Op0Register).CopyTo(result);
        }

        var last = instruction.OpCount - 1;
        var immediate = instruction.GetOpKind(last) == OpKind.Immediate8 ? instruction.Immediate8 : 0;
        operation.Compute(result, first, second, new LaneShape(Size(instruction), immediate));
        Store(instruction, result, operation.ElementBytes);
        return true;
    }

    // Bytes of the destination, which for extractions to memory or a narrower register is less than the source's.
    private static int Size(in Instruction instruction) => instruction.Op0Kind == OpKind.Memory
        ? instruction.MemorySize.GetSize()
        : instruction.Op0Register.IsVectorRegister() ? instruction.Op0Register.GetSize() : instruction.Op1Register.GetSize();

    private void Load(in Instruction instruction, int operand, Span<byte> bytes)
    {
        if (instruction.GetOpKind(operand) == OpKind.Memory)
        {
            var size = instruction.MemorySize.GetSize();
            memory.Read(new GeneralInstructions(registers, memory).Address(instruction, operand), bytes[..size]);
            for (var at = size; instruction.IsBroadcast && at < bytes.Length; at += size)
            {
                bytes[..size].CopyTo(bytes[at..]);
            }
        }
        else if (instruction.GetOpRegister(operand) is var register && register.IsVectorRegister())
        {
            registers.Vector(register).CopyTo(bytes);
        }
        else if (register.IsGPR())
        {
            BitConverter.TryWriteBytes(bytes, registers[register]);
        }
        else
        {
            throw new InvalidOperationException($"Operand {operand} of '{instruction}' is not emulated.");
        }
    }

    private void Store(in Instruction instruction, Span<byte> result, int elementBytes)
    {
        var size = Size(instruction);
        if (instruction.Op0Kind == OpKind.Memory)
        {
            StoreMemory(instruction, result[..size], elementBytes);
        }
        else if (instruction.Op0Register.IsVectorRegister())
        {
            var target = registers.Vector(instruction.Op0Register);
            Mask(instruction, result[..size], target, elementBytes);
            target[size..].Clear();
        }
        else if (instruction.Op0Register.IsGPR())
        {
            registers[instruction.Op0Register] = BitConverter.ToUInt64(result);
        }
        else
        {
            registers.Masks[instruction.Op0Register - Register.K0] = BitConverter.ToUInt64(result);
        }
    }

    private void StoreMemory(in Instruction instruction, ReadOnlySpan<byte> result, int elementBytes)
    {
        var address = new GeneralInstructions(registers, memory).Address(instruction, 0);
        for (var at = 0; at < result.Length; at += instruction.HasOpMask ? elementBytes : result.Length)
        {
            if (!instruction.HasOpMask)
            {
                memory.Write(address, result);
            }
            else if (IsOn(instruction, at / elementBytes))
            {
                memory.Write(address + (ulong)at, result.Slice(at, elementBytes));
            }
        }
    }

    private void Mask(in Instruction instruction, ReadOnlySpan<byte> result, Span<byte> target, int elementBytes)
    {
        for (var at = 0; at < result.Length; at += elementBytes)
        {
            if (!instruction.HasOpMask || IsOn(instruction, at / elementBytes))
            {
                result.Slice(at, elementBytes).CopyTo(target[at..]);
            }
            else if (instruction.ZeroingMasking)
            {
                target.Slice(at, elementBytes).Clear();
            }
        }
    }

    private bool IsOn(in Instruction instruction, int element) =>
        (registers.Masks[instruction.OpMask - Register.K0] >> element & 1) != 0;

    private bool ExecuteMask(in Instruction instruction)
    {
        if (instruction.Mnemonic is not (Mnemonic.Kmovb or Mnemonic.Kmovw or Mnemonic.Kmovd or Mnemonic.Kmovq))
        {
            return false;
        }

        var bits = instruction.Mnemonic switch { Mnemonic.Kmovb => 8, Mnemonic.Kmovw => 16, Mnemonic.Kmovd => 32, _ => 64 };
        var value = registers[instruction.Op1Register];
        registers.Masks[instruction.Op0Register - Register.K0] = bits == 64 ? value : value & ((1UL << bits) - 1);
        return true;
    }
}
