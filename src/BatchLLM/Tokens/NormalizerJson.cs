using System.Text;

namespace BatchLLM.Tokens;

/// <summary>Reads the normalizer section of tokenizer.json.</summary>
internal static class NormalizerJson
{
    /// <summary>What is done to text before it is encoded; null for nothing.</summary>
    /// <exception cref="BatchLLMException">The section is damaged, or asks for what is not supported.</exception>
    public static Func<string, string>? Read(JsonPart section)
    {
        if (section.IsMissing)
        {
            return null;
        }

        var type = section.Member("type");
        return type.Text() switch
        {
            "Sequence" => ReadSequence(section.Member("normalizers")),
            "Prepend" => ReadPrepend(section.Member("prepend")),
            "Replace" => ReadReplace(section),
            "NFC" => UnicodeForm(type, NormalizationForm.FormC),
            "NFD" => UnicodeForm(type, NormalizationForm.FormD),
            "NFKC" => UnicodeForm(type, NormalizationForm.FormKC),
            "NFKD" => UnicodeForm(type, NormalizationForm.FormKD),
            "Lowercase" => TextNormalizers.Lowercase,
            "StripAccents" => TextNormalizers.StripAccents,
            "Strip" => ReadStrip(section),
            "Precompiled" => ReadPrecompiled(section.Member("precompiled_charsmap")),
            _ => throw type.Refuse(
                "Sequence, Prepend, Replace, NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents or an empty Precompiled"),
        };
    }

    private static Func<string, string>? ReadSequence(JsonPart section) =>
        section.Items().Select(Read).Aggregate(
            default(Func<string, string>?),
            (first, then) => first is null || then is null ? first ?? then : text => then(first(text)));

    // The reference leaves an empty text empty.
    private static Func<string, string> ReadPrepend(JsonPart section)
    {
        var prefix = section.Text();
        return text => text.Length == 0 ? text : prefix + text;
    }

    private static Func<string, string> ReadReplace(JsonPart section)
    {
        var content = section.Member("content").Text();
        var literal = section.Member("pattern").Member("String");
        if (literal.IsMissing)
        {
            var regex = TextNormalizers.Linear(section.Member("pattern").Member("Regex"));
            return text => regex.Replace(text, _ => content);
        }

        var found = literal.Text();
        return found.Length > 0
            ? text => text.Replace(found, content, StringComparison.Ordinal)
            : throw literal.Refuse("a text that is not empty");
    }

    private static Func<string, string> ReadStrip(JsonPart section) =>
        (section.Member("strip_left").Flag(absent: true), section.Member("strip_right").Flag(absent: true)) switch
        {
            (true, true) => text => text.Trim(),
            (true, false) => text => text.TrimStart(),
            (false, true) => text => text.TrimEnd(),
            _ => text => text,
        };

    private static Func<string, string>? ReadPrecompiled(JsonPart map) => map.IsMissing || map.Text().Length == 0
        ? null
        : throw map.Refuse("an empty character map; precompiled normalization is not supported");

    private static Func<string, string> UnicodeForm(JsonPart type, NormalizationForm form) =>
        TextNormalizers.HasUnicodeData
            ? text => TextNormalizers.ToForm(text, form)
            : throw type.Refuse(
                "a normalizer that works without Unicode data; this process runs in invariant globalization mode: "
                + "install ICU (libicu) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
}
