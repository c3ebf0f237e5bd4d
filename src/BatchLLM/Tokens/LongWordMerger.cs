namespace BatchLLM.Tokens;

/// <summary>
/// Byte-pair encoding of long words in O(n log n): a queue of possible merges over a linked list of tokens.
/// </summary>
/// <remarks>
/// The framework's queue: an own heap of 64-bit keys took 15 % less time for a megabyte of one letter, which is no
/// reason to keep one.
/// </remarks>
internal sealed class LongWordMerger(MergeTable merges)
{
    private const int Gone = -1;

    private readonly PriorityQueue<int, ulong> _queue = new(); // left token's position, by rank then position
    private int[] _tokens = [];
    private int[] _next = [];
    private int[] _previous = [];

    /// <summary>Appends the tokens that the smallest tokens of a word merge into.</summary>
    public void Encode(ReadOnlySpan<int> word, List<int> output)
    {
        Start(word);
        while (_queue.TryDequeue(out var position, out var priority))
        {
            TryMerge(position, (int)(priority >> 32), word.Length);
        }

        for (var i = 0; i < word.Length; i = _next[i])
        {
            output.Add(_tokens[i]);
        }
    }

    private void Start(ReadOnlySpan<int> word)
    {
        if (_tokens.Length < word.Length)
        {
            (_tokens, _next, _previous) = (new int[word.Length], new int[word.Length], new int[word.Length]);
        }

        for (var i = 0; i < word.Length; i++)
        {
            (_tokens[i], _next[i], _previous[i]) = (word[i], i + 1, i - 1);
        }

        for (var i = 0; i + 1 < word.Length; i++)
        {
            Offer(i, word.Length);
        }
    }

    /// <summary>Applies a queued merge unless an earlier one took one of its tokens.</summary>
    private void TryMerge(int left, int rank, int length)
    {
        var right = _next[left];
        if (_tokens[left] == Gone || right >= length
            || !merges.TryFind(_tokens[left], _tokens[right], out var current, out var merged) || current != rank)
        {
            return;
        }

        (_tokens[left], _tokens[right]) = (merged, Gone);
        _next[left] = _next[right];
        if (_next[left] < length)
        {
            _previous[_next[left]] = left;
            Offer(left, length);
        }

        if (_previous[left] >= 0)
        {
            Offer(_previous[left], length);
        }
    }

    private void Offer(int left, int length)
    {
        var right = _next[left];
        if (right < length && merges.TryFind(_tokens[left], _tokens[right], out var rank, out _))
        {
            _queue.Enqueue(left, ((ulong)(uint)rank << 32) | (uint)left);
        }
    }
}
