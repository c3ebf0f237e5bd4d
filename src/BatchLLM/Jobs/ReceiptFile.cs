namespace BatchLLM.Jobs;

/// <summary>Another output file.</summary>
/// <param name="File">Name in the output directory.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its checksum, lower-case hexadecimal.</param>
public sealed record ReceiptFile(string File, long Bytes, string Sha256);
