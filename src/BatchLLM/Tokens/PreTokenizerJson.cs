namespace BatchLLM.Tokens;

/// <summary>Reads the pre_tokenizer section of tokenizer.json.</summary>
internal static class PreTokenizerJson
{
    private const string Supported =
        "a Sequence of Split with Llama 3's expression and ByteLevel, or ByteLevel alone as in GPT-2";

    /// <summary>The scanner that cuts words as the section describes.</summary>
    /// <exception cref="BatchLLMException">The section describes none of the supported ways.</exception>
    public static WordScanner Read(JsonPart section)
    {
        switch (TypeOf(section))
        {
            case "ByteLevel":
                RequireByteLevel(section, useRegex: true);
                return Gpt2Words.End;
            case "Sequence":
                return ReadSequence(section.Member("pretokenizers"));
            default:
                throw section.Refuse(Supported);
        }
    }

    private static WordScanner ReadSequence(JsonPart section)
    {
        var parts = section.Items().ToArray();
        if (parts.Length != 2)
        {
            throw section.Refuse(Supported);
        }

        RequireLlama3Split(parts[0]);
        RequireByteLevel(parts[1], useRegex: false);
        return Llama3Words.End;
    }

    private static void RequireLlama3Split(JsonPart split)
    {
        if (TypeOf(split) != "Split" || split.Member("invert").Flag(absent: false))
        {
            throw split.Refuse("Split that is not inverted");
        }

        var behavior = split.Member("behavior");
        if (behavior.Text() != "Isolated")
        {
            throw behavior.Refuse("Isolated");
        }

        var regex = split.Member("pattern").Member("Regex");
        if (regex.Text() != Llama3Words.Pattern)
        {
            throw regex.Refuse($"Llama 3's, the only supported expression: {Llama3Words.Pattern}");
        }
    }

    private static void RequireByteLevel(JsonPart part, bool useRegex)
    {
        if (TypeOf(part) != "ByteLevel")
        {
            throw part.Refuse("ByteLevel");
        }

        var prefixSpace = part.Member("add_prefix_space");
        if (prefixSpace.Flag(absent: true))
        {
            throw prefixSpace.Refuse("false; a space in front of the prompt is not supported");
        }

        var regex = part.Member("use_regex");
        if (regex.Flag(absent: true) != useRegex)
        {
            throw regex.Refuse(useRegex ? "true where ByteLevel stands alone" : "false after a Split");
        }
    }

    private static string TypeOf(JsonPart part) => part.Member("type").Text();
}
