namespace BatchLLM.Engine.Assembly;

/// <summary>Names of instruction sets, and what this machine has.</summary>
public static class InstructionSets
{
    private static readonly (string Name, InstructionSet Set)[] Names =
    [
        ("portable", InstructionSet.Portable),
        ("avx2", InstructionSet.Avx2),
        ("avx-vnni", InstructionSet.AvxVnni),
        ("avx512", InstructionSet.Avx512),
        ("avx512-vnni", InstructionSet.Avx512Vnni),
        ("avx512-bf16", InstructionSet.Avx512Bf16),
        ("amx", InstructionSet.Amx),
    ];

    private static readonly Lazy<InstructionSet> Probed = new(InstructionProbe.Find);

    /// <summary>All that this machine has and its operating system permits.</summary>
    public static InstructionSet Found => Probed.Value;

    /// <summary>Names of all sets that this machine has, the best last.</summary>
    public static IReadOnlyList<string> FoundNames => [.. NamesOf(Found)];

    /// <summary>True if all of another set is in this one.</summary>
    /// <param name="set">What there is.</param>
    /// <param name="other">What is asked for.</param>
    public static bool Includes(this InstructionSet set, InstructionSet other) => (set & other) == other;

    /// <summary>The best set's name, as <see cref="Parse(string)"/> reads it.</summary>
    /// <param name="set">A set.</param>
    public static string Name(InstructionSet set) => Names.Last(n => set.Includes(n.Set)).Name;

    /// <summary>The set that a name stands for, if this machine has it.</summary>
    /// <param name="name">A name; case does not matter.</param>
    /// <exception cref="BatchLLMException">There is no such name, or the machine lacks the instructions.</exception>
    public static InstructionSet Parse(string name) => Parse(name, Found);

    /// <summary>The set that a name stands for; false if there is no such name, or the machine lacks the instructions.</summary>
    /// <param name="name">A name; case does not matter.</param>
    /// <param name="set">The set.</param>
    public static bool TryParse(string name, out InstructionSet set) => TryParse(name, Found, out set);

    /// <summary>The set to compute with: what was asked for, or all that was found.</summary>
    /// <param name="asked">A lower set than was found, or null.</param>
    /// <exception cref="BatchLLMException">The machine lacks the instructions.</exception>
    public static InstructionSet Choose(InstructionSet? asked) =>
        asked is not { } set || Found.Includes(set) ? asked ?? Found : throw Missing(Name(set), Found);

    internal static InstructionSet Parse(string name, InstructionSet found) =>
        TryParse(name, found, out var set) ? set : throw Missing(name, found);

    private static bool TryParse(string name, InstructionSet found, out InstructionSet set)
    {
        var known = Array.FindIndex(Names, n => n.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        set = known < 0 ? default : Names[known].Set;
        return known >= 0 && found.Includes(set);
    }

    private static IEnumerable<string> NamesOf(InstructionSet found) => Names.Where(n => found.Includes(n.Set)).Select(n => n.Name);

    private static BatchLLMException Missing(string name, InstructionSet found) => new(
        $"Instructions '{name}': this machine has {string.Join(", ", NamesOf(found))}. Choose one of these, or leave the choice out for the best.");
}
