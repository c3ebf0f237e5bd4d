namespace BatchLLM.Jobs;

/// <summary>Some input files of one format.</summary>
/// <param name="Uri">A path or URI that may hold globs.</param>
/// <param name="Format">How they are read.</param>
public sealed record InputSpec(string Uri, DataFormat Format);
