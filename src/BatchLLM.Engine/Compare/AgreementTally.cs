namespace BatchLLM.Engine.Compare;

/// <summary>Sums rows up to an <see cref="Agreement"/>. The result does not depend on the rows' order beyond rounding.</summary>
public sealed class AgreementTally
{
    private readonly List<int> _divergences = []; // [diverged rows]
    private int _rows;
    private long _equalTokens;
    private long _tokens;
    private long _positions;
    private long _sameChoices;
    private double _klSum;
    private double _klMax;
    private double _rougeSum;

    /// <summary>Takes a row.</summary>
    /// <param name="row">All logits finite.</param>
    /// <param name="textOfA">Model A's completion.</param>
    /// <param name="textOfB">Model B's completion.</param>
    public void Add(PairRow row, string textOfA, string textOfB)
    {
        var match = TokenMatch.Of(row.Lockstep.TokenIds, row.TokenIdsOfB);
        if (match.FirstDivergence is { } position)
        {
            _divergences.Add(position);
        }

        _rows++;
        _equalTokens += match.EqualTokens;
        _tokens += match.Length;
        _positions += row.Lockstep.Positions;
        _sameChoices += row.Lockstep.SameChoices;
        _klSum += row.Lockstep.KlSum;
        _klMax = Math.Max(_klMax, row.Lockstep.KlMax);
        _rougeSum += RougeL.F1(textOfA, textOfB);
    }

    /// <summary>The shares and means so far.</summary>
    /// <exception cref="InvalidOperationException">There is no row.</exception>
    public Agreement Result() => _rows == 0
        ? throw new InvalidOperationException("There is no row to take a mean of.")
        : new Agreement(
            (double)(_rows - _divergences.Count) / _rows,
            _tokens == 0 ? 1 : (double)_equalTokens / _tokens,
            _divergences.Count,
            _divergences.Count == 0 ? null : _divergences.Average(),
            Median(),
            _rougeSum / _rows,
            _positions,
            (double)_sameChoices / _positions,
            _klSum / _positions,
            _klMax);

    private double? Median()
    {
        if (_divergences.Count == 0)
        {
            return null;
        }

        _divergences.Sort();
        var middle = _divergences.Count / 2;
        return _divergences.Count % 2 == 1 ? _divergences[middle] : (_divergences[middle - 1] + _divergences[middle]) / 2.0;
    }
}
