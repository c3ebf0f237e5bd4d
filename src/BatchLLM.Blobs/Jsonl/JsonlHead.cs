using BatchLLM.Blobs.Lines;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>Looks at a file's first bytes: some files named .jsonl are something else as a whole.</summary>
internal static class JsonlHead
{
    /// <summary>What the file is instead and what to do, to follow its name; null if it may be JSONL.</summary>
    public static string? Refusal(ReadOnlySpan<byte> head, string uri) =>
        TextHead.Refusal(head) ?? WholeFileJson(head[TextHead.ByteOrderMark(head).Length..].TrimStart(" \t\r\n"u8), uri);

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
}
