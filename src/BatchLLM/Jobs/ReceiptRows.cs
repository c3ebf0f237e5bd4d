namespace BatchLLM.Jobs;

/// <summary>Rows by class; the four add up to the first.</summary>
/// <param name="In">Rows of all inputs.</param>
/// <param name="Ok">Completed.</param>
/// <param name="Truncated">Cut off by length.</param>
/// <param name="Failed">With an error.</param>
/// <param name="Skipped">Never attempted, because the job was cancelled.</param>
public sealed record ReceiptRows(long In, long Ok, long Truncated, long Failed, long Skipped);
