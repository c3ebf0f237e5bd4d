using System.Text;

namespace BatchLLM.Tokens;

/// <summary>
/// Turns texts into ids, one word after the other. Holds working memory, so one instance serves one thread at a time, and
/// allocates nothing but the result once it is warm.
/// </summary>
/// <param name="words">Tokens that need no merging.</param>
/// <param name="spell">Spells all other words.</param>
/// <param name="merges">Merges what they are spelled in.</param>
/// <param name="wordEnd">Cuts text into words.</param>
internal sealed class WordEncoder(WordTable words, WordSpelling spell, MergeTable merges, WordScanner wordEnd)
{
    // Buffers that one huge text asked for are not kept for the many small ones.
    private const int LargestKept = 1 << 22;

    private readonly WordMerger _merger = new(merges);
    private readonly WordCache _cache = new();
    private byte[] _utf8 = new byte[1 << 12]; // [bytes of a text, and 16 more that keys may read]
    private int[] _tokens = new int[1 << 11]; // [_count used]
    private int _count;

    /// <summary>Appends a token.</summary>
    public void Append(int token)
    {
        Reserve(1);
        _tokens[_count++] = token;
    }

    /// <summary>Appends the tokens of a text. Unpaired surrogates become U+FFFD.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length) + WordKey.LongestWord;
        if (_utf8.Length < most)
        {
            _utf8 = new byte[Math.Max(most, 2 * _utf8.Length)];
        }

        // UTF-8 first, so that words need no conversion of their own.
        var count = Encoding.UTF8.GetBytes(text, _utf8);
        Reserve(count);
        AppendWords(_utf8.AsSpan(0, count), _utf8);
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

    private void AppendWords(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> padded)
    {
        for (var start = 0; start < utf8.Length;)
        {
            var end = wordEnd(utf8, start);
            var length = end - start;
            if (length <= WordKey.LongestWord)
            {
                AppendShort(utf8[start..end], WordKey.Read(padded[start..], length));
            }
            else
            {
                AppendLong(utf8[start..end]);
            }

            start = end;
        }
    }

    private void AppendShort(ReadOnlySpan<byte> word, WordKey key)
    {
        var token = words.Find(key, word.Length);
        if (token >= 0)
        {
            _tokens[_count++] = token;
            return;
        }

        var known = _cache.Find(key, word.Length);
        if (known.Length > 0)
        {
            known.CopyTo(_tokens.AsSpan(_count));
            _count += known.Length;
            return;
        }

        var merged = Merge(word);
        _cache.Add(key, word.Length, merged);
        _count += merged.Length;
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

    // A text has at most as many tokens as bytes.
    private void Reserve(int more)
    {
        if (_tokens.Length < _count + more)
        {
            Array.Resize(ref _tokens, Math.Max(_count + more, 2 * _tokens.Length));
        }
    }
}
