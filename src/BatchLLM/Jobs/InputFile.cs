namespace BatchLLM.Jobs;

/// <summary>One resolved input file of a job.</summary>
/// <param name="Uri">Absolute URI.</param>
/// <param name="Format">Resolved: never <see cref="DataFormat.Auto"/>.</param>
/// <param name="Length">Size in bytes when the job was created.</param>
/// <param name="Version">The blob's version when the job was created; another one fails the shard by name.</param>
public sealed record InputFile(string Uri, DataFormat Format, long Length, string Version);
