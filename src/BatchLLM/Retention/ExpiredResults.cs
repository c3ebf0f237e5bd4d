namespace BatchLLM.Retention;

/// <summary>Results whose time is over, where a user chose the place.</summary>
/// <param name="Id">The job.</param>
/// <param name="Name">Its name.</param>
/// <param name="OutputUri">Absolute URI of the directory.</param>
/// <param name="SpecJson">The job as it ran.</param>
/// <param name="ReceiptSha256">Digest of its receipt, which says what it wrote.</param>
/// <param name="ShardCount">Its shards, of which each may have a part.</param>
/// <param name="IsBegun">True if somebody began to remove them: that is never taken back.</param>
/// <param name="KeptFor">Why they stay all the same, as far as the store knows; null if they may go.</param>
public sealed record ExpiredResults(
    long Id, string Name, string OutputUri, string SpecJson, string ReceiptSha256, int ShardCount, bool IsBegun, string? KeptFor);
