namespace BatchLLM.Preflight;

/// <summary>A bar of the histogram of prompt lengths.</summary>
/// <param name="From">Fewest tokens.</param>
/// <param name="To">Most tokens.</param>
/// <param name="Rows">Ready rows whose prompts are so long.</param>
public sealed record LengthBucket(int From, int To, long Rows);
