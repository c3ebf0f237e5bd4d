using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace BatchLLM.Checkpoints.Quantization;

/// <summary>The modules that a quantization declaration leaves out.</summary>
/// <param name="patterns">As written.</param>
/// <param name="kind">Whose rules they follow.</param>
internal sealed class ModulePatterns(IReadOnlyList<string> patterns, ModulePatternKind kind)
{
    private const string RegexPrefix = "re:";

    /// <summary>As written.</summary>
    public IReadOnlyList<string> Patterns => patterns;

    /// <summary>True if a pattern names the module.</summary>
    /// <param name="module">For example <c>model.layers.0.mlp.up_proj</c>.</param>
    public bool Match(string module) => patterns.Any(p => p == module || (kind == ModulePatternKind.ModelOpt
        ? MatchesGlob(p, module)
        : MatchesRegex(p, module)));

    /// <summary>The first pattern that is no valid expression, or null.</summary>
    public string? FirstInvalid() => kind == ModulePatternKind.CompressedTensors
        ? patterns.FirstOrDefault(p => p.StartsWith(RegexPrefix, StringComparison.Ordinal) && Compile(p) is null)
        : null;

    private static bool MatchesGlob(string pattern, string module) =>
        FileSystemName.MatchesSimpleExpression(pattern, module, ignoreCase: false)
        || (pattern.Length > 0 && !pattern.Contains('*', StringComparison.Ordinal) && module.Contains(pattern, StringComparison.Ordinal));

    private static bool MatchesRegex(string pattern, string module) =>
        pattern.StartsWith(RegexPrefix, StringComparison.Ordinal) && Compile(pattern)?.IsMatch(module) == true;

    // Without backtracking, because the pattern comes with the download: a hostile one must not hang the loader.
    private static Regex? Compile(string pattern)
    {
        try
        {
            return new Regex(
                $"^(?:{pattern[RegexPrefix.Length..]})", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
