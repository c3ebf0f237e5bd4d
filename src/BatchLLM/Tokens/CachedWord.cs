using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace BatchLLM.Tokens;

/// <summary>A word of at most 16 bytes with its tokens, in the room of one cache line.</summary>
internal struct CachedWord
{
    /// <summary>Words of more tokens are not kept.</summary>
    public const int MostTokens = 8;

    // In this order: behind the vector, what is small would take another 32 bytes.
    private WordKey _word;
    private int _length; // of the word in bytes; 0 where no word is
    private int _count;
    private Vector256<int> _tokens; // [_count used]

    /// <summary>How many tokens the word has; none for a character that its vocabulary has no token for.</summary>
    public readonly int Count => _count;

    /// <summary>True if this is the word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool IsOf(WordKey word, int length) =>
        ((_word.Low ^ word.Low) | (_word.High ^ word.High) | (uint)(_length ^ length)) == 0;

    /// <summary>Writes the word's tokens, and behind them what does not matter, without a loop.</summary>
    /// <param name="room">At least <see cref="MostTokens"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void CopyTo(Span<int> room) => _tokens.CopyTo(room);

    /// <summary>Puts a word in the place of another; false if it has too many tokens.</summary>
    public bool TrySet(WordKey word, int length, ReadOnlySpan<int> tokens)
    {
        if (tokens.Length > MostTokens)
        {
            return false;
        }

        Span<int> padded = stackalloc int[MostTokens];
        padded.Clear();
        tokens.CopyTo(padded);
        (_word, _length, _count, _tokens) = (word, length, tokens.Length, Vector256.Create<int>(padded));
        return true;
    }
}
