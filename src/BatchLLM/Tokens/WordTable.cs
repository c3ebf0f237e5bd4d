using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace BatchLLM.Tokens;

/// <summary>
/// Token ids by their bytes: open addressing, so a look-up allocates nothing. Words of up to 8 and up to 16 bytes, which is
/// nearly all of a text, lie in tables that hold the bytes themselves: a look-up touches one cache line.
/// </summary>
internal sealed class WordTable
{
    private readonly TokenBytes _tokens;
    private readonly ShortSlot[] _short; // [power of two, at least 1.5 times the tokens of up to 8 bytes]
    private readonly MiddleSlot[] _middle; // [the same of 9 to 16 bytes]
    private readonly int[] _long; // [the same of more bytes] id + 1, or 0

    /// <summary>Makes an empty table for some of the given tokens.</summary>
    public WordTable(TokenBytes tokens)
    {
        _tokens = tokens;
        var lengths = Enumerable.Range(0, tokens.Count).Select(token => tokens[token].Length).ToArray();
        _short = new ShortSlot[Slots(lengths.Count(length => length <= sizeof(ulong)))];
        _middle = new MiddleSlot[Slots(lengths.Count(length => length is > sizeof(ulong) and <= WordKey.LongestWord))];
        _long = new int[Slots(lengths.Count(length => length > WordKey.LongestWord))];
    }

    /// <summary>Adds a token under its bytes; the first of two tokens with equal bytes stays.</summary>
    public void Add(int token)
    {
        var word = _tokens[token];
        var key = word.Length <= WordKey.LongestWord ? WordKey.Of(word) : default;
        switch (word.Length)
        {
            case <= sizeof(ulong):
                ref var shortSlot = ref _short[FindShort(key, word.Length)];
                shortSlot = shortSlot.Length == 0 ? new ShortSlot(key.Low, token, word.Length) : shortSlot;
                break;
            case <= WordKey.LongestWord:
                ref var middleSlot = ref _middle[FindMiddle(key, word.Length)];
                middleSlot = middleSlot.Length == 0 ? new MiddleSlot(key, token, word.Length) : middleSlot;
                break;
            default:
                ref var longSlot = ref _long[FindLong(word)];
                longSlot = longSlot == 0 ? token + 1 : longSlot;
                break;
        }
    }

    /// <summary>The token with exactly these bytes, or -1.</summary>
    public int Find(ReadOnlySpan<byte> word) => word.Length <= WordKey.LongestWord
        ? Find(WordKey.Of(word), word.Length)
        : FindLongWord(word);

    /// <summary>The token of a word of more than 16 bytes, or -1.</summary>
    public int FindLongWord(ReadOnlySpan<byte> word) => word.Length > _tokens.LongestToken ? -1 : _long[FindLong(word)] - 1;

    /// <summary>The token of a word of 1 to 16 bytes, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(WordKey key, int length)
    {
        if (length <= sizeof(ulong))
        {
            ref readonly var slot = ref _short[FindShort(key, length)];
            return slot.Length == 0 ? -1 : slot.Token;
        }

        ref readonly var middle = ref _middle[FindMiddle(key, length)];
        return middle.Length == 0 ? -1 : middle.Token;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindShort(WordKey key, int length)
    {
        var slots = _short;
        var mask = slots.Length - 1;
        var at = (int)(key.Hash(length) >> 32) & mask;
        while (slots[at].Length != 0 && !(slots[at].Word == key.Low && slots[at].Length == length))
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindMiddle(WordKey key, int length)
    {
        var slots = _middle;
        var mask = slots.Length - 1;
        var at = (int)(key.Hash(length) >> 32) & mask;
        while (slots[at].Length != 0 && !(slots[at].Word == key && slots[at].Length == length))
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    private int FindLong(ReadOnlySpan<byte> word)
    {
        var mask = _long.Length - 1;
        var at = (int)(HashLong(word) >> 32) & mask;
        while (_long[at] != 0 && !_tokens[_long[at] - 1].SequenceEqual(word))
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    private static ulong HashLong(ReadOnlySpan<byte> word)
    {
        var hash = (ulong)word.Length;
        for (var at = 0; at < word.Length; at += sizeof(ulong))
        {
            // The last piece overlaps the one before it: words here have more than 16 bytes.
            var piece = BinaryPrimitives.ReadUInt64LittleEndian(word[Math.Min(at, word.Length - sizeof(ulong))..]);
            hash = new WordKey(hash ^ piece, piece).Hash(0);
        }

        return hash;
    }

    private static int Slots(int tokens) => (int)BitOperations.RoundUpToPowerOf2((uint)(tokens + (tokens / 2) + 1));

    // A free slot has length 0.
    private readonly record struct ShortSlot(ulong Word, int Token, int Length);

    private readonly record struct MiddleSlot(WordKey Word, int Token, int Length);
}
