using System.Diagnostics;

namespace BatchLLM.Engine;

/// <summary>
/// Wall time of a runner's steps by part, added up from step to step. Allocates nothing; a mark costs some 25 ns, which is
/// why there is no switch for it. Read it between steps.
/// </summary>
public sealed class StepTimes
{
    private readonly long[] _ticks = new long[Enum.GetValues<StepPart>().Length]; // [parts], of the stopwatch
    private long _last;

    internal StepTimes()
    {
    }

    /// <summary>What a part took since the start or the last <see cref="Reset"/>.</summary>
    public TimeSpan this[StepPart part] => Stopwatch.GetElapsedTime(0, _ticks[(int)part]);

    /// <summary>Starts again from zero.</summary>
    public void Reset() => Array.Clear(_ticks);

    /// <summary>Begins a step: time from here on goes to the part that is marked next.</summary>
    internal void Begin() => _last = Stopwatch.GetTimestamp();

    /// <summary>Ends a piece of a part: adds the time since the mark before.</summary>
    internal void Mark(StepPart part)
    {
        var now = Stopwatch.GetTimestamp();
        _ticks[(int)part] += now - _last;
        _last = now;
    }
}
