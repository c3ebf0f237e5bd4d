namespace BatchLLM.Host.Display;

/// <summary>Speed over the last seconds, and the time left at that speed. Pure: the caller brings the clock.</summary>
internal sealed class RateMeter
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(15);
    private const int FewestRows = 20; // The first few say nothing: they may all be rows that failed at once.
    private readonly Queue<(TimeSpan At, long Rows, long Tokens)> _samples = new();
    private long _rowsInSpan;

    /// <summary>Rows a second over the span.</summary>
    public double RowsPerSecond { get; private set; }

    /// <summary>Prompt and completion tokens a second over the span.</summary>
    public double TokensPerSecond { get; private set; }

    /// <summary>Takes a reading.</summary>
    /// <param name="at">Time since the start.</param>
    /// <param name="rows">Rows done since the start.</param>
    /// <param name="tokens">Tokens of those rows.</param>
    public void Add(TimeSpan at, long rows, long tokens)
    {
        _samples.Enqueue((at, rows, tokens));
        while (at - _samples.Peek().At > Span)
        {
            _samples.Dequeue();
        }

        var (start, firstRows, firstTokens) = _samples.Peek();
        _rowsInSpan = rows - firstRows;
        var seconds = (at - start).TotalSeconds;
        RowsPerSecond = seconds > 0 ? _rowsInSpan / seconds : 0;
        TokensPerSecond = seconds > 0 ? (tokens - firstTokens) / seconds : 0;
    }

    /// <summary>Time for the rows left, or null before there is a speed to trust.</summary>
    public TimeSpan? TimeLeft(long rowsLeft) =>
        _rowsInSpan >= FewestRows ? TimeSpan.FromSeconds(Math.Ceiling(rowsLeft / RowsPerSecond)) : null;
}
