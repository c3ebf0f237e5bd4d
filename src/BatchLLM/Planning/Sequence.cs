using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>
/// A row inside the engine: tokens known, tokens computed. No prefill or decode flag exists; a prompt chunk and a decode
/// token are the same thing, positions that are known but not yet computed.
/// </summary>
public sealed class Sequence
{
    private readonly int[] _tokens; // [prompt + maxTokens]
    private bool _hasStarted;

    /// <summary>Creates a sequence that knows its prompt and has computed nothing.</summary>
    /// <param name="request">The row.</param>
    /// <param name="maxTokens">Most tokens it may generate here: the request's, cut to the context.</param>
    public Sequence(InferenceRequest request, int maxTokens)
    {
        Request = request;
        MaxTokens = maxTokens;
        _tokens = new int[request.PromptTokens.Length + maxTokens];
        request.PromptTokens.CopyTo(_tokens, 0);
        KnownCount = request.PromptTokens.Length;
    }

    /// <summary>The row it stands for.</summary>
    public InferenceRequest Request { get; }

    /// <summary>Most tokens it may generate.</summary>
    public int MaxTokens { get; }

    /// <summary>What it shares with other sequences of the window; null if nothing.</summary>
    public SharedPrefix? SharedPrefix { get; init; }

    /// <summary>
    /// Tokens that it is expected to generate, set by whoever plans the window; 0 if nobody knows. Decides when it is
    /// admitted, never what it generates.
    /// </summary>
    public int ExpectedTokens { get; set; }

    /// <summary>Prompt tokens.</summary>
    public int PromptCount => Request.PromptTokens.Length;

    /// <summary>Tokens known: prompt, and what was generated so far.</summary>
    public int KnownCount { get; private set; }

    /// <summary>
    /// Positions whose keys and values stand in the KV cache once the steps planned so far have run. Set when a slice of it
    /// is added to a step.
    /// </summary>
    public int ComputedCount { get; internal set; }

    /// <summary>
    /// Prompt tokens that it never computed, because another sequence had. Set by the scheduler on admission.
    /// </summary>
    public int SharedPromptTokens { get; private set; }

    /// <summary>
    /// Tokens that planned steps choose and that were not appended yet: each position from the last known one on that is
    /// computed chooses one.
    /// </summary>
    public int AwaitedCount => Math.Max(0, ComputedCount - KnownCount + 1);

    /// <summary>Positions that are known but not yet computed; 0 once a token is due.</summary>
    public int PendingCount => KnownCount - ComputedCount;

    /// <summary>Known tokens, prompt first. // [KnownCount]</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, KnownCount);

    /// <summary>Tokens generated so far.</summary>
    public ReadOnlySpan<int> Generated => _tokens.AsSpan(PromptCount, KnownCount - PromptCount);

    /// <summary>KV blocks held, in position order. Filled by the scheduler. // [ceil(positions / block tokens)]</summary>
    public List<int> BlockTable { get; } = [];

    /// <summary>True while it holds KV blocks and takes part in steps. Set by the scheduler.</summary>
    internal bool IsLive { get; set; }

    /// <summary>True if it ends with a token that is on its way, whatever that is: it may generate no more.</summary>
    internal bool AwaitsLast => AwaitedCount > 0 && KnownCount + AwaitedCount == _tokens.Length;

    /// <summary>Takes a sampled token.</summary>
    public void Append(int token) => _tokens[KnownCount++] = token;

    /// <summary>Begins behind positions that another sequence computed, or, after a preemption, anew.</summary>
    internal void StartAt(int position)
    {
        SharedPromptTokens = _hasStarted ? Math.Min(SharedPromptTokens, position) : position;
        _hasStarted = true;
        ComputedCount = position;
    }
}
