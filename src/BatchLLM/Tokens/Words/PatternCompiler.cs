using static BatchLLM.Tokens.Words.PatternNode;

namespace BatchLLM.Tokens.Words;

/// <summary>
/// Turns an expression into instructions, from its end to its start: each part is told which instruction follows it.
/// </summary>
internal sealed class PatternCompiler
{
    // Published expressions need about a hundred. Each may take a bit of memory for each character of a text.
    private const int MostInstructions = 1000;

    private const int Accept = 0;

    private readonly List<Instruction> _instructions = [new Instruction(Operation.Accept)];
    private int _memoBits;
    private bool _isInLookahead;

    private PatternCompiler()
    {
    }

    /// <summary>The instructions that match what the expression matches.</summary>
    /// <exception cref="FormatException">There would be too many.</exception>
    public static PatternProgram Compile(PatternNode node)
    {
        var compiler = new PatternCompiler();
        var entry = compiler.Add(node, Accept);
        return new PatternProgram([.. compiler._instructions], entry, compiler._memoBits, FirstCharacters.Of(node));
    }

    private int Add(PatternNode node, int next) => node switch
    {
        Characters characters => Add(new Instruction(Operation.Consume, next, Set: characters.Set)),
        Sequence sequence => sequence.Parts.Reverse().Aggregate(next, (following, part) => Add(part, following)),
        Choice choice => AddChoice(choice.Branches, next),
        Repetition repetition => AddRepetition(repetition, next),
        Lookahead lookahead => AddLookahead(lookahead, next),
        Place place => Add(new Instruction(Operation.Place, next, Place: place.Kind)),
        _ => throw new InvalidOperationException($"No instructions are known for {node}."),
    };

    private int AddChoice(IReadOnlyList<PatternNode> branches, int next) =>
        branches.SkipLast(1).Reverse().Aggregate(
            Add(branches[^1], next),
            (other, branch) => AddFork(Add(branch, next), other, FirstCharacters.Of(branch)));

    private int AddRepetition(Repetition repetition, int next)
    {
        next = repetition.Maximum is { } maximum
            ? AddOptional(repetition, maximum - repetition.Minimum, next)
            : AddUnbounded(repetition, next);
        // An empty part adds no instructions, and would be added two milliards of times for {2000000000}.
        for (var (i, count) = (0, 0); i < repetition.Minimum && count < _instructions.Count; i++)
        {
            count = _instructions.Count;
            next = Add(repetition.Part, next);
        }

        return next;
    }

    private int AddOptional(Repetition repetition, long most, int next)
    {
        var following = next;
        for (var i = 0; i < most; i++)
        {
            following = AddAttempt(repetition, Add(repetition.Part, following), next);
        }

        return following;
    }

    // Inside a lookahead a run is a loop of forks: what is remembered of them covers success too.
    private int AddUnbounded(Repetition repetition, int next)
    {
        if (repetition is { Part: Characters characters, IsLazy: false } && !_isInLookahead)
        {
            return Add(new Instruction(Operation.ConsumeRun, next, Set: characters.Set, Memo: TakeMemo()));
        }

        var loop = AddAttempt(repetition, Accept, next);
        var body = Add(repetition.Part, loop);
        _instructions[loop] = repetition.IsLazy
            ? _instructions[loop] with { Other = body }
            : _instructions[loop] with { Next = body };
        return loop;
    }

    private int AddAttempt(Repetition repetition, int part, int next) => repetition.IsLazy
        ? AddFork(next, part, first: null)
        : AddFork(part, next, FirstCharacters.Of(repetition.Part));

    private int AddFork(int next, int other, CodePointSet? first) =>
        Add(new Instruction(Operation.Fork, next, other, first, TakeMemo(), _isInLookahead));

    private int AddLookahead(Lookahead lookahead, int next)
    {
        if (lookahead.Part is Characters characters)
        {
            return Add(new Instruction(lookahead.IsNegative ? Operation.PeekNot : Operation.Peek, next, Set: characters.Set));
        }

        var outside = _isInLookahead;
        _isInLookahead = true;
        var memo = TakeMemo();
        var body = Add(lookahead.Part, Accept);
        _isInLookahead = outside;
        return Add(new Instruction(lookahead.IsNegative ? Operation.LookNot : Operation.Look, next, body, Memo: memo));
    }

    private int TakeMemo()
    {
        var memo = _memoBits;
        _memoBits += _isInLookahead ? 2 : 1;
        return memo;
    }

    private int Add(Instruction instruction)
    {
        if (_instructions.Count == MostInstructions)
        {
            throw new FormatException($"the expression needs more than {MostInstructions} instructions; repeat less");
        }

        _instructions.Add(instruction);
        return _instructions.Count - 1;
    }
}
