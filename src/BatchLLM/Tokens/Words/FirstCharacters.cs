using static BatchLLM.Tokens.Words.PatternNode;

namespace BatchLLM.Tokens.Words;

/// <summary>What the matches of an expression can begin with.</summary>
internal static class FirstCharacters
{
    /// <summary>The set; null if a match can be empty.</summary>
    public static CodePointSet? Of(PatternNode node) => Find(node) is (var set, false) ? set : null;

    private static (CodePointSet Set, bool CanBeEmpty) Find(PatternNode node) => node switch
    {
        Characters characters => (characters.Set, false),
        Sequence sequence => OfSequence(sequence.Parts),
        Choice choice => OfChoice(choice.Branches),
        Repetition repetition => Find(repetition.Part) is var (set, canBeEmpty)
            ? (set, canBeEmpty || repetition.Minimum == 0)
            : default,
        _ => (CodePointSet.None, true),
    };

    private static (CodePointSet Set, bool CanBeEmpty) OfSequence(IReadOnlyList<PatternNode> parts)
    {
        var union = CodePointSet.None;
        foreach (var part in parts)
        {
            var (set, canBeEmpty) = Find(part);
            union = union.Union(set);
            if (!canBeEmpty)
            {
                return (union, false);
            }
        }

        return (union, true);
    }

    private static (CodePointSet Set, bool CanBeEmpty) OfChoice(IReadOnlyList<PatternNode> branches)
    {
        var found = branches.Select(Find).ToArray();
        return (
            found.Aggregate(CodePointSet.None, (union, branch) => union.Union(branch.Set)),
            found.Any(branch => branch.CanBeEmpty));
    }
}
