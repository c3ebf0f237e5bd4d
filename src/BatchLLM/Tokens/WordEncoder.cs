using System.Runtime.CompilerServices;
using System.Text;
using BatchLLM.Tokens.Words;

namespace BatchLLM.Tokens;

/// <summary>
/// Turns texts into ids, one word after the other. Holds working memory, so one instance serves one thread at a time, and
/// allocates nothing but the result once it is warm.
/// </summary>
/// <param name="words">Tokens that need no merging.</param>
/// <param name="spell">Spells all other words.</param>
/// <param name="merges">Merges what they are spelled in.</param>
/// <param name="preTokenizer">Cuts text into words.</param>
internal sealed class WordEncoder(WordTable words, WordSpelling spell, MergeTable merges, PreTokenizer preTokenizer)
{
    // Buffers that one huge text asked for are not kept for the many small ones.
    private const int LargestKept = 1 << 22;

    private readonly WordMerger _merger = new(merges);
    private readonly WordCache _cache = new();
    private readonly WordScanner? _wordEnd = preTokenizer.Scanner;
    private readonly WordCutter? _cutter = preTokenizer.MakeCutter?.Invoke();
    private byte[] _utf8 = new byte[1 << 12]; // [bytes of a text, and 16 more that keys may read]
    private int[] _tokens = new int[1 << 11]; // [_count used]
    private int _count;

    /// <summary>Appends a token.</summary>
    public void Append(int token)
    {
        Reserve(1);
        _tokens[_count++] = token;
    }

    /// <summary>Appends tokens.</summary>
    public void Append(IReadOnlyList<int> tokens)
    {
        for (var index = 0; index < tokens.Count; index++)
        {
            Append(tokens[index]);
        }
    }

    /// <summary>Appends the tokens of a text. Unpaired surrogates become U+FFFD.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        // UTF-8 first, so that words need no conversion of their own.
        MakeRoom(Encoding.UTF8.GetMaxByteCount(text.Length));
        var count = Encoding.UTF8.GetBytes(text, _utf8);
        if (_wordEnd is { } wordEnd)
        {
            ReserveText(count);
            AppendScanned(count, wordEnd);
        }
        else
        {
            AppendCut(_cutter!.Cut(_utf8.AsSpan(0, count), out var ends), ends);
        }
    }

    /// <summary>All tokens so far; the next text begins anew.</summary>
    public int[] Take()
    {
        var tokens = _tokens.AsSpan(0, _count).ToArray();
        _count = 0;
        if (_utf8.Length > LargestKept)
        {
            (_utf8, _tokens) = (new byte[1 << 12], new int[1 << 11]);
        }

        return tokens;
    }

    private void AppendScanned(int count, WordScanner wordEnd)
    {
        var utf8 = _utf8.AsSpan(0, count);
        for (int start = 0, end; start < utf8.Length; start = end)
        {
            end = wordEnd(utf8, start);
            AppendWord(start, end);
        }
    }

    private void AppendCut(ReadOnlySpan<byte> text, ReadOnlySpan<int> ends)
    {
        MakeRoom(text.Length);
        text.CopyTo(_utf8);
        ReserveText(text.Length);
        var start = 0;
        foreach (var end in ends)
        {
            AppendWord(start, end);
            start = end;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AppendWord(int start, int end)
    {
        var length = end - start;
        if (length <= WordKey.LongestWord)
        {
            AppendShort(start, length);
        }
        else
        {
            AppendLong(_utf8.AsSpan(start, length));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AppendShort(int start, int length)
    {
        var key = WordKey.Read(_utf8.AsSpan(start), length);
        ref var known = ref _cache.PlaceOf(key, length);
        if (known.IsOf(key, length) || Learn(ref known, key, _utf8.AsSpan(start, length)))
        {
            known.CopyTo(_tokens.AsSpan(_count));
            _count += known.Count;
        }
    }

    /// <summary>Puts a word into the cache; false if it has too many tokens for that, which are then appended.</summary>
    private bool Learn(ref CachedWord place, WordKey key, ReadOnlySpan<byte> word)
    {
        var token = words.Find(key, word.Length);
        var tokens = token >= 0 ? new ReadOnlySpan<int>(in token) : Merge(word);
        if (place.TrySet(key, word.Length, tokens))
        {
            return true;
        }

        _count += tokens.Length;
        return false;
    }

    private void AppendLong(ReadOnlySpan<byte> word)
    {
        var token = words.FindLongWord(word);
        if (token >= 0)
        {
            _tokens[_count++] = token;
            return;
        }

        _count += Merge(word).Length;
    }

    private ReadOnlySpan<int> Merge(ReadOnlySpan<byte> word)
    {
        var room = _tokens.AsSpan(_count, word.Length);
        return room[.._merger.Merge(room[..spell(word, room)])];
    }

    private void MakeRoom(int bytes)
    {
        if (_utf8.Length < bytes + WordKey.LongestWord)
        {
            _utf8 = new byte[Math.Max(bytes + WordKey.LongestWord, 2 * _utf8.Length)];
        }
    }

    // A text has at most as many tokens as bytes; cached ones are written with what lies behind them.
    private void ReserveText(int bytes) => Reserve(bytes + CachedWord.MostTokens);

    private void Reserve(int more)
    {
        if (_tokens.Length < _count + more)
        {
            Array.Resize(ref _tokens, Math.Max(_count + more, 2 * _tokens.Length));
        }
    }
}
