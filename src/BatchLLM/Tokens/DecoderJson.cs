namespace BatchLLM.Tokens;

/// <summary>Reads the decoder section of tokenizer.json.</summary>
internal static class DecoderJson
{
    private const string Expected =
        "ByteLevel, Metaspace, or a Sequence of Replace, ByteFallback, Fuse and Strip in this order";

    /// <summary>True if the vocabulary spells bytes.</summary>
    public static bool IsByteLevel(JsonPart section) =>
        TypeOf(section) == "ByteLevel" || (Parts(section) is [var only] && TypeOf(only) == "ByteLevel");

    /// <summary>How the tokens of a vocabulary that spells characters become text.</summary>
    /// <exception cref="BatchLLMException">The section describes no supported way.</exception>
    public static TokenDecoding ReadCharacters(JsonPart section)
    {
        var parts = Parts(section);
        if (parts is [var only] && TypeOf(only) == "Metaspace")
        {
            return ReadMetaspace(only);
        }

        var order = -1;
        var decoding = new TokenDecoding([], BytesFallBack: false, AddedSpaces: 0);
        foreach (var part in parts)
        {
            (decoding, var position) = Add(decoding, part);
            var follows = position > order || (position == 0 && order == 0);
            order = follows ? position : throw part.Refuse(Expected);
        }

        return decoding;
    }

    private static (TokenDecoding Decoding, int Position) Add(TokenDecoding decoding, JsonPart part) => TypeOf(part) switch
    {
        "Replace" => (decoding with { Replacements = [.. decoding.Replacements, ReadReplace(part)] }, 0),
        "ByteFallback" => (decoding with { BytesFallBack = true }, 1),
        "Fuse" => (decoding, 2),
        "Strip" => (decoding with { AddedSpaces = ReadStrip(part) }, 3),
        _ => throw part.Refuse(Expected),
    };

    private static KeyValuePair<string, string> ReadReplace(JsonPart part)
    {
        var pattern = part.Member("pattern").Member("String");
        return pattern.Text().Length > 0
            ? KeyValuePair.Create(pattern.Text(), part.Member("content").Text())
            : throw pattern.Refuse("a text that is not empty");
    }

    private static int ReadStrip(JsonPart part)
    {
        var content = part.Member("content");
        var (start, stop) = (part.Member("start"), part.Member("stop"));
        return content.Text() != " " ? throw content.Refuse("one space")
            : stop.Count() != 0 ? throw stop.Refuse("0; text is stripped at its start only")
            : start.Count() <= 1 ? start.Count()
            : throw start.Refuse("0 or 1");
    }

    // The reference drops all marks of the first token, not the first alone, unless no space is ever put there.
    private static TokenDecoding ReadMetaspace(JsonPart part)
    {
        var metaspace = MetaspaceJson.Read(part);
        return new TokenDecoding(
            [KeyValuePair.Create(metaspace.Mark, " ")],
            BytesFallBack: false,
            metaspace.Scheme == PrependScheme.Never ? 0 : int.MaxValue);
    }

    private static JsonPart[] Parts(JsonPart section) =>
        TypeOf(section) == "Sequence" ? [.. section.Member("decoders").Items()] : [section];

    private static string TypeOf(JsonPart part) => part.IsMissing ? throw part.Refuse(Expected) : part.Member("type").Text();
}
