namespace BatchLLM.Engine.Compare;

/// <summary>Sums completions up to an <see cref="Accuracy"/>.</summary>
public sealed class AccuracyTally
{
    private int _rows;
    private int _exact;
    private double _rougeSum;

    /// <summary>Takes a completion and what was expected of it.</summary>
    public void Add(string completion, string expected)
    {
        _rows++;
        _exact += completion.AsSpan().Trim().SequenceEqual(expected.AsSpan().Trim()) ? 1 : 0;
        _rougeSum += RougeL.F1(completion, expected);
    }

    /// <summary>The means so far; null if there is no row.</summary>
    public Accuracy? Result() => _rows == 0 ? null : new Accuracy((double)_exact / _rows, _rougeSum / _rows);
}
