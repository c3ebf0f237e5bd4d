namespace BatchLLM.Prompts.Templates;

/// <summary>A piece of a template's source.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; the value of a text in quotes.</param>
/// <param name="Line">The line it starts on, from 1.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, int Line);
