namespace BatchLLM.Jobs;

/// <summary>An output part.</summary>
/// <param name="File">Name in the output directory.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its checksum, lower-case hexadecimal.</param>
/// <param name="Input">The input file of its rows.</param>
/// <param name="FirstRow">1-based number of the first row in that file.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Ok">Completed.</param>
/// <param name="Truncated">Cut off by length.</param>
/// <param name="Failed">With an error.</param>
public sealed record ReceiptPart(
    string File, long Bytes, string Sha256, string Input, long FirstRow, long Rows, long Ok, long Truncated, long Failed);
