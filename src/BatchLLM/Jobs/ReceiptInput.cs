namespace BatchLLM.Jobs;

/// <summary>An input file.</summary>
/// <param name="Uri">Where it was.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Version">Its version when the job was created, checked again when each shard was read.</param>
public sealed record ReceiptInput(string Uri, long Bytes, string Version);
