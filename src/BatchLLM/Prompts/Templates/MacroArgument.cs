namespace BatchLLM.Prompts.Templates;

/// <summary>A value given to a macro; wrapped, for a given none differs from nothing given.</summary>
internal readonly record struct MacroArgument(object? Value);
