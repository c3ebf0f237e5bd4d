namespace BatchLLM.Rows;

/// <summary>What was written: enough to verify the blob later.</summary>
/// <param name="Length">Size in bytes.</param>
/// <param name="Sha256">SHA-256 of the bytes, lower-case hexadecimal.</param>
public sealed record BlobDigest(long Length, string Sha256);
