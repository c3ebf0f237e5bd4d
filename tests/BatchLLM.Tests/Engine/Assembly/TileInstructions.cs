using System.Runtime.InteropServices;
using Iced.Intel;

namespace BatchLLM.Tests.Engine.Assembly;

/// <summary>AMX: tile configuration, moves, and the dot products of BF16 and of bytes.</summary>
internal sealed class TileInstructions(EmulatedRegisters registers, EmulatedMemory memory)
{
    private const int ConfigurationBytes = 64;
    private const int RowBytesOffset = 16;
    private const int RowsOffset = 48;

    /// <summary>Executes an instruction; false if it is none of these.</summary>
    public bool Execute(in Instruction instruction)
    {
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Ldtilecfg:
                Configure(instruction);
                return true;
            case Mnemonic.Tilerelease:
                registers.TileShapes = null;
                return true;
            case Mnemonic.Tilezero:
                _ = registers.TileShape(instruction.Op0Register);
                registers.Tile(instruction.Op0Register).Clear();
                return true;
            case Mnemonic.Tileloadd or Mnemonic.Tileloaddt1:
                Load(instruction);
                return true;
            case Mnemonic.Tilestored:
                Store(instruction);
                return true;
            case Mnemonic.Tdpbf16ps:
                MultiplyBrainFloats(instruction);
                return true;
            case Mnemonic.Tdpbssd or Mnemonic.Tdpbsud or Mnemonic.Tdpbusd or Mnemonic.Tdpbuud:
                MultiplyBytes(instruction);
                return true;
            default:
                return false;
        }
    }

    private void Configure(in Instruction instruction)
    {
        var bytes = new byte[ConfigurationBytes];
        memory.Read(new GeneralInstructions(registers, memory).Address(instruction, 0), bytes);
        if (bytes[0] != 1)
        {
            throw new InvalidOperationException($"Tile palette {bytes[0]}; expected 1.");
        }

        registers.TileShapes =
            [.. Enumerable.Range(0, 8).Select(t => ((int)bytes[RowsOffset + t], (int)BitConverter.ToUInt16(bytes, RowBytesOffset + 2 * t)))];
    }

    private void Load(in Instruction instruction)
    {
        var (rows, rowBytes) = registers.TileShape(instruction.Op0Register);
        var tile = registers.Tile(instruction.Op0Register);
        tile.Clear();
        for (var row = 0; row < rows; row++)
        {
            memory.Read(RowAddress(instruction, row), tile.Slice(row * EmulatedRegisters.TileRowBytes, rowBytes));
        }
    }

    private void Store(in Instruction instruction)
    {
        var (rows, rowBytes) = registers.TileShape(instruction.Op1Register);
        for (var row = 0; row < rows; row++)
        {
            memory.Write(
                RowAddress(instruction, row),
                registers.Tile(instruction.Op1Register).Slice(row * EmulatedRegisters.TileRowBytes, rowBytes));
        }
    }

    // The index register is the stride between rows.
    private ulong RowAddress(in Instruction instruction, int row) =>
        registers[instruction.MemoryBase] + instruction.MemoryDisplacement64
            + (ulong)row * registers[instruction.MemoryIndex] * (ulong)instruction.MemoryIndexScale;

    private void MultiplyBrainFloats(in Instruction instruction)
    {
        var (rows, columns, depth) = Shape(instruction);
        var c = MemoryMarshal.Cast<byte, float>(registers.Tile(instruction.Op0Register));
        var a = MemoryMarshal.Cast<byte, ushort>(registers.Tile(instruction.Op1Register));
        var b = MemoryMarshal.Cast<byte, ushort>(registers.Tile(instruction.Op2Register));
        for (var m = 0; m < rows; m++)
        {
            for (var n = 0; n < columns; n++)
            {
                float even = 0, odd = 0;
                for (var k = 0; k < depth; k++)
                {
                    even = BrainFloatArithmetic.FusedMultiplyAdd(a[m * 32 + 2 * k], b[k * 32 + 2 * n], even);
                    odd = BrainFloatArithmetic.FusedMultiplyAdd(a[m * 32 + 2 * k + 1], b[k * 32 + 2 * n + 1], odd);
                }

                c[m * 16 + n] = BrainFloatArithmetic.Add(c[m * 16 + n], BrainFloatArithmetic.Add(even, odd));
            }
        }
    }

    private void MultiplyBytes(in Instruction instruction)
    {
        var (rows, columns, depth) = Shape(instruction);
        var c = MemoryMarshal.Cast<byte, int>(registers.Tile(instruction.Op0Register));
        var a = registers.Tile(instruction.Op1Register);
        var b = registers.Tile(instruction.Op2Register);
        var isSignedA = instruction.Mnemonic is Mnemonic.Tdpbssd or Mnemonic.Tdpbsud;
        var isSignedB = instruction.Mnemonic is Mnemonic.Tdpbssd or Mnemonic.Tdpbusd;
        for (var m = 0; m < rows; m++)
        {
            for (var n = 0; n < columns; n++)
            {
                for (var i = 0; i < 4 * depth; i++)
                {
                    var (x, y) = (a[m * 64 + i], b[i / 4 * 64 + 4 * n + i % 4]);
                    c[m * 16 + n] += (isSignedA ? (sbyte)x : x) * (isSignedB ? (sbyte)y : y);
                }
            }
        }
    }

    // Rows of c and a, columns of c and b, and groups of four bytes of k; the three must fit each other.
    private (int Rows, int Columns, int Depth) Shape(in Instruction instruction)
    {
        var c = registers.TileShape(instruction.Op0Register);
        var a = registers.TileShape(instruction.Op1Register);
        var b = registers.TileShape(instruction.Op2Register);
        if (c.Rows != a.Rows || c.RowBytes != b.RowBytes || a.RowBytes != 4 * b.Rows)
        {
            throw new InvalidOperationException($"Tiles {c}, {a} and {b} do not fit each other in '{instruction}'.");
        }

        return (c.Rows, c.RowBytes / 4, b.Rows);
    }
}
