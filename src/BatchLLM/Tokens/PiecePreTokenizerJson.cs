using System.Text;

namespace BatchLLM.Tokens;

/// <summary>Reads the pre_tokenizer section of tokenizer.json for a vocabulary that spells characters.</summary>
internal static class PiecePreTokenizerJson
{
    private const string Expected = "none, Metaspace, or Split at one character merged with what stands before it";

    /// <summary>What the section describes.</summary>
    /// <exception cref="BatchLLMException">The section describes none of the supported ways.</exception>
    public static PiecePreTokenizer Read(JsonPart section)
    {
        if (section.IsMissing)
        {
            return PiecePreTokenizer.None;
        }

        return section.Member("type").Text() switch
        {
            "Metaspace" => ReadMetaspace(section),
            "Split" => ReadSplit(section),
            "Sequence" when section.Member("pretokenizers").Items().ToArray() is [var only] => Read(only),
            _ => throw section.Refuse(Expected),
        };
    }

    private static PiecePreTokenizer ReadMetaspace(JsonPart section)
    {
        var metaspace = MetaspaceJson.Read(section);
        return new PiecePreTokenizer(
            metaspace, metaspace.Splits ? Rune.GetRuneAt(metaspace.Mark, 0).Value : -1, CutAfter: -1);
    }

    private static PiecePreTokenizer ReadSplit(JsonPart section)
    {
        var pattern = section.Member("pattern").Member("String");
        var behavior = section.Member("behavior");
        return section.Member("invert").Flag(absent: false) || behavior.Text() != "MergedWithPrevious"
            || pattern.Text().EnumerateRunes().Count() != 1
                ? throw section.Refuse(Expected)
                : new PiecePreTokenizer(null, CutBefore: -1, Rune.GetRuneAt(pattern.Text(), 0).Value);
    }
}
