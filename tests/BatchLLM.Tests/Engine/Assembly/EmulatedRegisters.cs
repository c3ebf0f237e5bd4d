using Iced.Intel;

namespace BatchLLM.Tests.Engine.Assembly;

/// <summary>Registers of an x86-64 core: general, vectors, masks and tiles, and the flags that jumps read.</summary>
internal sealed class EmulatedRegisters
{
    /// <summary>Bytes of a vector register.</summary>
    public const int VectorBytes = 64;

    /// <summary>Bytes of a row of a tile.</summary>
    public const int TileRowBytes = 64;

    /// <summary>Rows of a tile.</summary>
    public const int TileRows = 16;

    private readonly ulong[] _general = new ulong[16];
    private readonly byte[] _vectors = new byte[32 * VectorBytes]; // [32, 64]
    private readonly byte[] _tiles = new byte[8 * TileRows * TileRowBytes]; // [8, 16, 64]

    /// <summary>Masks k0 to k7.</summary>
    public ulong[] Masks { get; } = new ulong[8];

    /// <summary>Rows and bytes per row that tiles were configured for; null before.</summary>
    public (int Rows, int RowBytes)[]? TileShapes { get; set; }

    /// <summary>Where the next instruction stands.</summary>
    public ulong Rip { get; set; }

    /// <summary>Zero, sign, carry and overflow.</summary>
    public (bool Zero, bool Sign, bool Carry, bool Overflow) Flags { get; set; }

    /// <summary>A general register; its lower half is zero-extended, as the processor does.</summary>
    public ulong this[Register register]
    {
        get
        {
            var value = _general[register.GetFullRegister() - Register.RAX];
            return register.GetSize() switch { 8 => value, 4 => (uint)value, _ => throw Unknown(register) };
        }
        set => _general[register.GetFullRegister() - Register.RAX] =
            register.GetSize() switch { 8 => value, 4 => (uint)value, _ => throw Unknown(register) };
    }

    /// <summary>All 64 bytes of a vector register, whatever part the name stands for.</summary>
    public Span<byte> Vector(Register register) =>
        _vectors.AsSpan((register.GetFullRegister() - Register.ZMM0) * VectorBytes, VectorBytes);

    /// <summary>A tile. // [16, 64]</summary>
    public Span<byte> Tile(Register register) =>
        _tiles.AsSpan((register - Register.TMM0) * TileRows * TileRowBytes, TileRows * TileRowBytes);

    /// <summary>A tile's rows and bytes per row.</summary>
    public (int Rows, int RowBytes) TileShape(Register register) =>
        TileShapes?[register - Register.TMM0] ?? throw new InvalidOperationException("A tile was used before ldtilecfg.");

    private static InvalidOperationException Unknown(Register register) => new($"Register {register} is not emulated.");
}
