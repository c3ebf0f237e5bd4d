namespace BatchLLM.Preflight;

/// <summary>Rows with prompt and sampling of an earlier one.</summary>
/// <param name="Rows">How many.</param>
/// <param name="GreedyRows">Those of them that get the same completion again, because they are greedy.</param>
/// <param name="Groups">Different prompts among them.</param>
/// <param name="PromptTokens">Their prompt tokens.</param>
/// <param name="Examples">The first few; the file of findings has all.</param>
public sealed record DuplicateReport(
    long Rows, long GreedyRows, long Groups, long PromptTokens, IReadOnlyList<DuplicateRow> Examples);
