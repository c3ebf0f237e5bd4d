using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Engine.Compare;

/// <summary>What a row's positions have shown so far.</summary>
internal sealed class LockstepTally(Sequence sequence)
{
    private int _last = IModelRunner.NoToken;
    private int _positions;
    private int _sameChoices;
    private double _klSum;
    private double _klMax;
    private bool _isFinite = true;

    public Sequence Sequence => sequence;

    /// <summary>Takes the two models' choices at one position; A's token is the one to go on with.</summary>
    /// <param name="tokenOfA">A's choice.</param>
    /// <param name="tokenOfB">B's choice.</param>
    /// <param name="logitsOfA">What A chose from. // [vocabulary]</param>
    /// <param name="logitsOfB">What B chose from. // [vocabulary]</param>
    public void Add(int tokenOfA, int tokenOfB, ReadOnlySpan<float> logitsOfA, ReadOnlySpan<float> logitsOfB)
    {
        _isFinite = tokenOfA != IModelRunner.NotFinite && tokenOfB != IModelRunner.NotFinite;
        if (_isFinite)
        {
            var divergence = KlDivergence.Of(logitsOfA, logitsOfB);
            _klSum += divergence;
            _klMax = Math.Max(_klMax, divergence);
            _sameChoices += tokenOfA == tokenOfB ? 1 : 0;
            _positions++;
            _last = tokenOfA;
        }
    }

    /// <summary>True if the completion ends here; appends the token that it otherwise goes on with.</summary>
    public bool IsOver(IReadOnlySet<int> stopTokens)
    {
        if (!_isFinite || stopTokens.Contains(_last))
        {
            return true;
        }

        sequence.Append(_last);
        return sequence.Generated.Length == sequence.MaxTokens;
    }

    public LockstepRow ToRow() => new(
        sequence.Request.Index, sequence.Generated.ToArray(), _positions, _sameChoices, _klSum, _klMax, _isFinite);
}
