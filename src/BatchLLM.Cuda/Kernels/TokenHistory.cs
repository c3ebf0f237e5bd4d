using System.Runtime.InteropServices;
using BatchLLM.Planning;

namespace BatchLLM.Cuda.Kernels;

/// <summary>
/// The distinct tokens of a sequence and how often it generated each, for penalties. It grows with the sequence: counting anew for each
/// token took 4 ms a step of 1,024 rows with prompts of 450.
/// </summary>
internal sealed class TokenHistory
{
    private readonly List<int> _tokens; // ascending, so that nothing else is needed to find one
    private readonly List<int> _counts; // [_tokens.Count]
    private int _seen; // of the sequence's tokens

    /// <summary>Begins with a prompt, of which nothing is generated.</summary>
    public TokenHistory(Sequence sequence)
    {
        _tokens = [.. sequence.Request.PromptTokens.Distinct().Order()];
        _counts = [.. Enumerable.Repeat(0, _tokens.Count)];
        _seen = sequence.PromptCount;
    }

    /// <summary>// [distinct]</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>How often each was generated. // [distinct]</summary>
    public ReadOnlySpan<int> Counts => CollectionsMarshal.AsSpan(_counts);

    /// <summary>Counts what the sequence has come to know.</summary>
    public void Grow(Sequence sequence)
    {
        for (; _seen < sequence.KnownCount; _seen++)
        {
            Add(sequence.Tokens[_seen]);
        }
    }

    private void Add(int token)
    {
        var place = _tokens.BinarySearch(token);
        if (place >= 0)
        {
            _counts[place]++;
            return;
        }

        _tokens.Insert(~place, token);
        _counts.Insert(~place, 1);
    }
}
