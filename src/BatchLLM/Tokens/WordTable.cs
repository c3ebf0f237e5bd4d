using System.Buffers.Binary;
using System.Numerics;

namespace BatchLLM.Tokens;

/// <summary>
/// Token ids by their bytes: open addressing over a <see cref="TokenBytes"/>, so a look-up allocates nothing.
/// </summary>
internal sealed class WordTable
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly TokenBytes _tokens;
    private readonly int[] _slots; // [power of two, at least twice the tokens] id + 1, or 0

    /// <summary>Makes an empty table for some of the given tokens.</summary>
    public WordTable(TokenBytes tokens)
    {
        _tokens = tokens;
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)(2 * tokens.Count) + 2)];
    }

    /// <summary>Adds a token under its bytes; the first of two tokens with equal bytes stays.</summary>
    public void Add(int token)
    {
        ref var slot = ref _slots[FindSlot(_tokens[token])];
        slot = slot == 0 ? token + 1 : slot;
    }

    /// <summary>The token with exactly these bytes, or -1.</summary>
    public int Find(ReadOnlySpan<byte> word) =>
        word.Length > _tokens.LongestToken ? -1 : _slots[FindSlot(word)] - 1;

    private int FindSlot(ReadOnlySpan<byte> word)
    {
        var mask = _slots.Length - 1;
        var slot = (int)(Hash(word) & (uint)mask);
        while (_slots[slot] != 0 && !_tokens[_slots[slot] - 1].SequenceEqual(word))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private static uint Hash(ReadOnlySpan<byte> word)
    {
        var hash = (ulong)word.Length;
        for (; word.Length >= sizeof(ulong); word = word[sizeof(ulong)..])
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(word));
        }

        var tail = 0UL;
        foreach (var value in word)
        {
            tail = (tail << 8) | value;
        }

        return (uint)(Mix(hash ^ tail) >> 20);
    }

    private static ulong Mix(ulong value)
    {
        value *= Multiplier;
        return value ^ (value >> 32);
    }
}
