namespace BatchLLM.Tokens.Words;

/// <summary>A compiled expression. Immutable, hence thread-safe.</summary>
/// <param name="Instructions">The first one is the only <see cref="Operation.Accept"/>.</param>
/// <param name="Entry">Where a match begins.</param>
/// <param name="MemoBits">How many bits of memory the instructions use at each place of a text.</param>
/// <param name="First">What a match can begin with; null if it can be empty.</param>
internal sealed record PatternProgram(
    IReadOnlyList<Instruction> Instructions, int Entry, int MemoBits, CodePointSet? First)
{
    /// <summary>Compiles an expression.</summary>
    /// <exception cref="FormatException">It is malformed, too large, or uses what is not supported.</exception>
    public static PatternProgram Compile(string pattern) => PatternCompiler.Compile(PatternParser.Parse(pattern));
}
