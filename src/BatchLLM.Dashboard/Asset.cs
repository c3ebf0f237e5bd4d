namespace BatchLLM.Dashboard;

/// <summary>A file that pages need.</summary>
/// <param name="Url">Where it is served; it says the digest, so that it may be kept for ever.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Digest">Of its bytes: lower-case hexadecimal.</param>
/// <param name="Bytes">The file.</param>
public sealed record Asset(string Url, string ContentType, string Digest, ReadOnlyMemory<byte> Bytes);
