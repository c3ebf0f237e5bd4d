namespace BatchLLM.Tokens.Words;

/// <summary>
/// Matches a program at places of a text as a backtracking engine does, the first alternative that succeeds winning,
/// but never tries an instruction twice at the same place. Holds working memory, so one instance serves one thread.
/// </summary>
/// <remarks>
/// Whether an instruction fails at a place does not depend on where the match began, as there are no captures and no
/// lookbehind. What is remembered therefore holds for all matches in a text, and the steps of them all are bounded by
/// the text's length times the program's. A breadth-first simulation has that bound for one match only: a search that
/// fails at each of n starts is quadratic there. Runs of one set are consumed in one go and remember only failures.
/// </remarks>
internal sealed class PatternMatcher(PatternProgram program)
{
    private const int Accept = 0;
    private const int Failure = -1;

    private readonly Instruction[] _instructions = [.. program.Instructions];
    private readonly MatchMemory _memory = new(program.MemoBits);
    private readonly List<(int Memo, int At)> _trail = []; // what the current path of a lookahead went through
    private Alternative[] _alternatives = new Alternative[16];
    private int _count;

    /// <summary>How many characters and instructions have been looked at, in all.</summary>
    public long Steps { get; private set; }

    /// <summary>Forgets what is known of another text.</summary>
    public void Begin(int length) => _memory.Clear(length);

    /// <summary>The end of the match that begins at a place; -1 if there is none.</summary>
    /// <param name="text">The code points of the text that <see cref="Begin"/> was told of.</param>
    /// <param name="start">
    /// The place: not before the end of the last match, and if it is that end, only while it was not empty.
    /// </param>
    public int Match(ReadOnlySpan<int> text, int start)
    {
        var end = Run(text, program.Entry, start);

        // The path that succeeded is remembered as tried. Beyond its end everything tried has failed.
        if (end >= 0)
        {
            _memory.Forget(end);
        }

        return end;
    }

    private int Run(ReadOnlySpan<int> text, int instruction, int at)
    {
        var floor = _count;
        while (instruction != Accept)
        {
            instruction = Step(text, _instructions[instruction], instruction, ref at);
            while (instruction == Failure)
            {
                if (_count == floor)
                {
                    return Failure;
                }

                instruction = GoBack(ref at);
            }
        }

        _count = floor;
        return at;
    }

    private int Step(ReadOnlySpan<int> text, in Instruction step, int self, ref int at)
    {
        Steps++;
        return step.Operation switch
        {
            Operation.Consume => IsNext(text, step.Set!, at) ? Advance(step.Next, ref at) : Failure,
            Operation.ConsumeRun => ConsumeRun(text, step, self, ref at),
            Operation.Fork => Fork(text, step, at),
            Operation.Peek => IsNext(text, step.Set!, at) ? step.Next : Failure,
            Operation.PeekNot => IsNext(text, step.Set!, at) ? Failure : step.Next,
            Operation.Place => Places.IsAt(step.Place, text, at) ? step.Next : Failure,
            _ => Look(text, step, at) == (step.Operation == Operation.Look) ? step.Next : Failure,
        };
    }

    private static bool IsNext(ReadOnlySpan<int> text, CodePointSet set, int at) =>
        (uint)at < (uint)text.Length && set.Contains(text[at]);

    private static int Advance(int next, ref int at)
    {
        at++;
        return next;
    }

    // The run ends before a place at which it is known to fail: what follows it fails everywhere from there on.
    private int ConsumeRun(ReadOnlySpan<int> text, in Instruction step, int self, ref int at)
    {
        var (start, end) = (at, at);
        var isKnown = _memory.IsSet(step.Memo, end);
        while (!isKnown && IsNext(text, step.Set!, end))
        {
            isKnown = _memory.IsSet(step.Memo, ++end);
        }

        Steps += end - start;
        at = isKnown ? end - 1 : end;
        if (at < start)
        {
            return Failure;
        }

        Push(self, at - 1, start);
        return step.Next;
    }

    private int Fork(ReadOnlySpan<int> text, in Instruction step, int at)
    {
        if (step.Set is { } first && !IsNext(text, first, at))
        {
            return step.Other;
        }

        if (step.IsInLookahead)
        {
            if (_memory.IsSet(step.Memo + 1, at))
            {
                return Accept;
            }

            _trail.Add((step.Memo, at));
        }

        if (!_memory.TrySet(step.Memo, at))
        {
            return Failure;
        }

        Push(step.Other, at, runStart: -1);
        return step.Next;
    }

    private void Push(int instruction, int at, int runStart)
    {
        if (_count == _alternatives.Length)
        {
            Array.Resize(ref _alternatives, 2 * _count);
        }

        _alternatives[_count++] = new Alternative(instruction, at, runStart, _trail.Count);
    }

    private int GoBack(ref int at)
    {
        var last = _alternatives[--_count];
        _trail.RemoveRange(last.TrailCount, _trail.Count - last.TrailCount);
        at = last.At;
        if (last.RunStart < 0)
        {
            return last.Instruction;
        }

        var run = _instructions[last.Instruction];
        _memory.TrySet(run.Memo, at + 1);
        if (at < last.RunStart)
        {
            return Failure;
        }

        _alternatives[_count++] = last with { At = at - 1 };
        return run.Next;
    }

    private bool Look(ReadOnlySpan<int> text, in Instruction step, int at)
    {
        if (_memory.IsSet(step.Memo, at) || _memory.IsSet(step.Memo + 1, at))
        {
            return _memory.IsSet(step.Memo + 1, at);
        }

        var floor = _trail.Count;
        var isFound = Run(text, step.Other, at) >= 0;
        _memory.TrySet(isFound ? step.Memo + 1 : step.Memo, at);
        for (var i = floor; isFound && i < _trail.Count; i++)
        {
            _memory.TrySet(_trail[i].Memo + 1, _trail[i].At);
        }

        _trail.RemoveRange(floor, _trail.Count - floor);
        return isFound;
    }
}
