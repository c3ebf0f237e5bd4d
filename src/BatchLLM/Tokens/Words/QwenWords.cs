using static BatchLLM.Tokens.CharacterClasses;

namespace BatchLLM.Tokens.Words;

/// <summary>The words of Qwen 2's pre-tokenizer: Llama 3's, but each digit is a word.</summary>
internal static class QwenWords
{
    /// <summary>The regular expression that <see cref="End"/> reproduces, as tokenizer.json spells it.</summary>
    public static string Pattern { get; } =
        Llama3Words.Pattern.Replace(@"|\p{N}{1,3}|", @"|\p{N}|", StringComparison.Ordinal);

    /// <inheritdoc cref="Llama3Words.End"/>
    public static int End(ReadOnlySpan<byte> utf8, int start) =>
        At(utf8, start, out var length) == CharacterClass.Number ? start + length : Llama3Words.End(utf8, start);
}
