
namespace BatchLLM.Tokens;

/// <summary>Reads a Metaspace part of tokenizer.json, in its older shape and in the present one.</summary>
internal static class MetaspaceJson
{
    /// <summary>What the part describes.</summary>
    /// <exception cref="BatchLLMException">The part is damaged.</exception>
    public static Metaspace Read(JsonPart part)
    {
        var mark = part.Member("replacement");
        return mark.Text().EnumerateRunes().Count() == 1
            ? new Metaspace(mark.Text(), ReadScheme(part), part.Member("split").Flag(absent: true))
            : throw mark.Refuse("one character");
    }

    private static PrependScheme ReadScheme(JsonPart part)
    {
        var scheme = part.Member("prepend_scheme");
        if (scheme.IsMissing)
        {
            return part.Member("add_prefix_space").Flag(absent: true) ? PrependScheme.Always : PrependScheme.Never;
        }

        return scheme.Text() switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw scheme.Refuse("always, first or never"),
        };
    }
}
