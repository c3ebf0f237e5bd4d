namespace BatchLLM.Blobs.Jsonl;

/// <summary>Looks at a file's first bytes: some files named .jsonl are something else as a whole.</summary>
internal static class JsonlHead
{
    private const int HeadBytes = 4096;

    /// <summary>Leaves the stream behind a UTF-8 byte order mark, if there is one at its start.</summary>
    /// <exception cref="BatchLLMException">The file is not JSONL; the message says what it looks like.</exception>
    public static async ValueTask EnterAsync(Stream stream, string uri, CancellationToken cancellationToken)
    {
        var head = new byte[HeadBytes];
        var length = await stream.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, cancellationToken);
        if (Refusal(head.AsSpan(0, length), uri) is { } refusal)
        {
            throw new BatchLLMException($"{uri} {refusal}");
        }

        stream.Position = ByteOrderMark(head.AsSpan(0, length)).Length;
    }

    /// <summary>What the file is instead and what to do, to follow its name; null if it may be JSONL.</summary>
    internal static string? Refusal(ReadOnlySpan<byte> head, string uri) => head switch
    {
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "looks like UTF-16; convert it to UTF-8.",
        [0x1F, 0x8B, ..] => "looks like gzip; decompress it first.",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "looks like Zstandard; decompress it first.",
        [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] =>
            "looks like Parquet; name it .parquet or set the format to parquet.",
        [(byte)'P', (byte)'K', 3, 4, ..] => "looks like a ZIP archive; extract it first.",
        _ => WholeFileJson(head[ByteOrderMark(head).Length..].TrimStart(" \t\r\n"u8), uri),
    };

    private static string? WholeFileJson(ReadOnlySpan<byte> head, string uri)
    {
        var line = head.IndexOf((byte)'\n') is var newline and >= 0 ? head[..newline] : head;
        var firstLine = line.TrimEnd(" \t\r"u8);
        var isJson = uri.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        return firstLine switch
        {
            [(byte)'['] => Array,
            [(byte)'[', ..] when isJson => Array,
            [(byte)'{'] => "begins with an object spread over lines; " + Expected,
            _ => null,
        };
    }

    private const string Expected = "expected one object a line: convert it with `jq -c .`.";
    private const string Array = "is one JSON array; expected one object a line: convert it with `jq -c '.[]'`.";

    private static ReadOnlySpan<byte> ByteOrderMark(ReadOnlySpan<byte> head) =>
        head.StartsWith("\uFEFF"u8) ? "\uFEFF"u8 : [];
}
