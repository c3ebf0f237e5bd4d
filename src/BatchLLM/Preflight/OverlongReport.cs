namespace BatchLLM.Preflight;

/// <summary>Rows whose prompt is too long.</summary>
/// <param name="Policy">The job's policies.overlong_prompt.</param>
/// <param name="Rows">How many.</param>
/// <param name="Failed">Those that would fail.</param>
/// <param name="Cut">Those whose prompt is cut instead.</param>
/// <param name="Examples">The first few; the file of findings has all.</param>
public sealed record OverlongReport(string Policy, long Rows, long Failed, long Cut, IReadOnlyList<OverlongRow> Examples);
