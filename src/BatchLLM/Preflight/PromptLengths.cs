namespace BatchLLM.Preflight;

/// <summary>How often each prompt length occurs. Memory goes with the longest prompt, not with the rows.</summary>
public sealed class PromptLengths
{
    private const int FirstUpperBound = 16;
    private long[] _rows = new long[1024]; // [longest prompt + 1, or more]
    private int _longest = -1;

    /// <summary>Prompts counted.</summary>
    public long Count { get; private set; }

    /// <summary>Counts a prompt.</summary>
    /// <param name="tokens">Its length.</param>
    public void Add(int tokens)
    {
        if (tokens >= _rows.Length)
        {
            Array.Resize(ref _rows, Math.Max(tokens + 1, _rows.Length * 2));
        }

        _rows[tokens]++;
        _longest = Math.Max(_longest, tokens);
        Count++;
    }

    /// <summary>The shortest length that at least a share of the prompts do not exceed; 0 without prompts.</summary>
    /// <param name="share">0 is the shortest prompt, 0.5 the median, 1 the longest.</param>
    public int Percentile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        for (var length = 0; length <= _longest; length++)
        {
            rank -= _rows[length];
            if (rank <= 0)
            {
                return length;
            }
        }

        return 0;
    }

    /// <summary>
    /// The histogram, each bucket up to twice as long as the one before, from the shortest prompt's bucket to the longest's.
    /// </summary>
    public IReadOnlyList<LengthBucket> Buckets()
    {
        var buckets = new List<LengthBucket>();
        for (int from = 0, to = FirstUpperBound; from <= _longest; from = to + 1, to *= 2)
        {
            buckets.Add(new LengthBucket(from, to, _rows.AsSpan(from, Math.Min(to, _longest) - from + 1).ToArray().Sum()));
        }

        return [.. buckets.SkipWhile(bucket => bucket.Rows == 0)];
    }
}
