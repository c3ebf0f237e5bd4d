namespace BatchLLM.Tokens.Words;

/// <summary>An instruction of a compiled expression.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="Next">The instruction that follows if it succeeds.</param>
/// <param name="Other">Where a fork goes on when the next fails, or where a lookahead's own instructions begin.</param>
/// <param name="Set">
/// The characters it consumes or peeks at. For a fork those that its next can begin with; null if it can be empty.
/// </param>
/// <param name="Memo">
/// The bit under which its failures are remembered; its successes under the next one, inside lookaheads.
/// </param>
/// <param name="IsInLookahead">True if it is part of a lookahead's own instructions.</param>
/// <param name="Place">The place it requires.</param>
internal readonly record struct Instruction(
    Operation Operation,
    int Next = 0,
    int Other = 0,
    CodePointSet? Set = null,
    int Memo = 0,
    bool IsInLookahead = false,
    PlaceKind Place = default);
