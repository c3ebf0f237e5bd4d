using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace BatchLLM.Tokens;

/// <summary>The bytes of a word of at most 16 bytes as two numbers, so that comparing and hashing take no loop.</summary>
/// <param name="Low">Bytes 0 to 7, the first lowest; zeros behind the word's end.</param>
/// <param name="High">Bytes 8 to 15.</param>
internal readonly record struct WordKey(ulong Low, ulong High)
{
    /// <summary>The longest word that has a key, in bytes.</summary>
    public const int LongestWord = 16;

    // [25] what of 8 bytes is kept of the second half of a word by its length, and 8 places on of the first
    private static ReadOnlySpan<ulong> Kept =>
    [
        0, 0, 0, 0, 0, 0, 0, 0,
        0, 0xFF, 0xFFFF, 0xFF_FFFF, 0xFFFF_FFFF, 0xFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF, 0xFF_FFFF_FFFF_FFFF,
        ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue,
        ulong.MaxValue, ulong.MaxValue,
    ];

    /// <summary>The key of a word.</summary>
    public static WordKey Of(ReadOnlySpan<byte> word)
    {
        Span<byte> padded = stackalloc byte[LongestWord];
        padded.Clear();
        word.CopyTo(padded);
        return Read(padded, word.Length);
    }

    /// <summary>The key of a word at the start of a buffer, without a copy.</summary>
    /// <param name="buffer">At least 16 bytes; what lies behind the word does not matter.</param>
    /// <param name="length">The word's bytes; 1 to 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordKey Read(ReadOnlySpan<byte> buffer, int length)
    {
        // By table: whether a word has more than 8 bytes is nothing that a branch could foretell.
        var low = BinaryPrimitives.ReadUInt64LittleEndian(buffer);
        var high = BinaryPrimitives.ReadUInt64LittleEndian(buffer[sizeof(ulong)..]);
        return new WordKey(low & Kept[sizeof(ulong) + length], high & Kept[length]);
    }

    /// <summary>A number whose upper half is well mixed. Equal words of equal length have equal ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Hash(int length)
    {
        var mixed = ((Low ^ (uint)length) * 0x9E3779B97F4A7C15) ^ (High * 0xC2B2AE3D27D4EB4F);
        return (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9;
    }
}
