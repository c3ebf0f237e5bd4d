namespace BatchLLM.Rows;

/// <summary>A blob as a listing shows it.</summary>
/// <param name="Uri">Its absolute URI, without globs.</param>
/// <param name="Length">Size in bytes.</param>
/// <param name="Version">Changes whenever the content does: an ETag, or size and time of a local file.</param>
public sealed record BlobInfo(string Uri, long Length, string Version);
