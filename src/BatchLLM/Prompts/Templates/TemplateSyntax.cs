namespace BatchLLM.Prompts.Templates;

/// <summary>How a template that cannot be used is refused.</summary>
internal static class TemplateSyntax
{
    /// <summary>The refusal of a construct.</summary>
    /// <param name="line">The line it stands on, from 1.</param>
    /// <param name="found">The construct.</param>
    /// <param name="expected">What would be right.</param>
    public static BatchLLMException Refuse(int line, string found, string expected) =>
        new($"chat template, line {line}: found {found}; expected {expected}.");
}
