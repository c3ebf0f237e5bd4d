namespace BatchLLM.Tokens;

/// <summary>
/// Byte-pair encoding of a run of tokens in O(n log n): a queue of possible merges over a linked list. Holds working
/// memory, so one instance serves one thread at a time.
/// </summary>
internal sealed class RunMerger(MergeTable merges)
{
    private const int Gone = -1;

    private readonly PriorityQueue<int, ulong> _queue = new(); // left token's position, by rank then position
    private int[] _tokens = [];
    private int[] _next = []; // [length] position of the token behind; the length behind the last one
    private int[] _previous = [];
    private int _length;

    /// <summary>How many tokens the run merged into.</summary>
    public int Count { get; private set; }

    /// <summary>A token of the run.</summary>
    public int Token(int index) => _tokens[index];

    /// <summary>Where a token ends, in tokens of the input.</summary>
    public int End(int index) => _next[index];

    /// <summary>Merges a run.</summary>
    public void Merge(ReadOnlySpan<int> run)
    {
        Start(run);
        while (_queue.TryDequeue(out var position, out var priority))
        {
            TryMerge(position, (int)(priority >> 32));
        }

        Count = 0;
        for (var at = 0; at < _length; Count++)
        {
            var next = _next[at];
            (_tokens[Count], _next[Count]) = (_tokens[at], next);
            at = next;
        }
    }

    private void Start(ReadOnlySpan<int> run)
    {
        _length = run.Length;
        if (_tokens.Length < run.Length)
        {
            (_tokens, _next, _previous) = (new int[run.Length], new int[run.Length], new int[run.Length]);
        }

        run.CopyTo(_tokens);
        for (var i = 0; i < run.Length; i++)
        {
            (_next[i], _previous[i]) = (i + 1, i - 1);
            Offer(i);
        }
    }

    /// <summary>Applies a queued merge unless an earlier one took one of its tokens.</summary>
    private void TryMerge(int left, int rank)
    {
        var right = _next[left];
        if (_tokens[left] == Gone || right >= _length
            || !merges.TryFind(_tokens[left], _tokens[right], out var current, out var merged) || current != rank)
        {
            return;
        }

        (_tokens[left], _tokens[right]) = (merged, Gone);
        _next[left] = _next[right];
        if (_next[left] < _length)
        {
            _previous[_next[left]] = left;
            Offer(left);
        }

        if (_previous[left] >= 0)
        {
            Offer(_previous[left]);
        }
    }

    private void Offer(int left)
    {
        var right = _next[left];
        if (right < _length && merges.TryFind(_tokens[left], _tokens[right], out var rank, out _))
        {
            _queue.Enqueue(left, ((ulong)(uint)rank << 32) | (uint)left);
        }
    }
}
