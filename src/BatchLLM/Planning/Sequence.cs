using BatchLLM.Inference;

namespace BatchLLM.Planning;

/// <summary>
/// A row inside the engine: tokens known, tokens computed. No prefill or decode flag exists; a prompt chunk and a decode
/// token are the same thing, positions that are known but not yet computed.
/// </summary>
public sealed class Sequence
{
    private readonly int[] _tokens; // [prompt + maxTokens]

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

    /// <summary>Prompt tokens.</summary>
    public int PromptCount => Request.PromptTokens.Length;

    /// <summary>Tokens known: prompt, and what was generated so far.</summary>
    public int KnownCount { get; private set; }

    /// <summary>Positions whose keys and values stand in the KV cache. Set by the scheduler after a step.</summary>
    public int ComputedCount { get; internal set; }

    /// <summary>Positions that are known but not yet computed; 0 once a token is due.</summary>
    public int PendingCount => KnownCount - ComputedCount;

    /// <summary>Known tokens, prompt first. // [KnownCount]</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, KnownCount);

    /// <summary>Tokens generated so far.</summary>
    public ReadOnlySpan<int> Generated => _tokens.AsSpan(PromptCount, KnownCount - PromptCount);

    /// <summary>KV blocks held, in position order. Filled by the scheduler. // [ceil(positions / block tokens)]</summary>
    public List<int> BlockTable { get; } = [];

    /// <summary>Takes a sampled token.</summary>
    public void Append(int token) => _tokens[KnownCount++] = token;
}
