namespace BatchLLM.Blobs.Lines;

/// <summary>What a file is, to follow its name in a message, if its first bytes say that it is not of a format.</summary>
internal delegate string? HeadRefusal(ReadOnlySpan<byte> head, string uri);

/// <summary>Looks at a text file's first bytes: some files are something else as a whole.</summary>
internal static class TextHead
{
    /// <summary>As many bytes as are looked at.</summary>
    public const int Bytes = 4096;

    /// <summary>What the file is instead of UTF-8 text, and what to do; null if it may be text.</summary>
    public static string? Refusal(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "looks like UTF-16; convert it to UTF-8.",
        [0x1F, 0x8B, ..] => "looks like gzip; give it a name that ends in .gz, or decompress it first.",
        [0x28, 0xB5, 0x2F, 0xFD, ..] =>
            "looks like Zstandard; give it a name that ends in .zst, or decompress it first.",
        [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] =>
            "looks like Parquet; name it .parquet or set the format to parquet.",
        [(byte)'P', (byte)'K', 3, 4, ..] => "looks like a ZIP archive; extract it first.",
        _ => null,
    };

    /// <summary>The UTF-8 byte order mark, if there is one at the start.</summary>
    public static ReadOnlySpan<byte> ByteOrderMark(ReadOnlySpan<byte> head) =>
        head.StartsWith("\uFEFF"u8) ? "\uFEFF"u8 : [];
}
