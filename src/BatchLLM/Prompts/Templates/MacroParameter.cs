namespace BatchLLM.Prompts.Templates;

/// <summary>A parameter of a macro.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Slot">Its variable.</param>
/// <param name="Default">Its value if none is given; undefined if null.</param>
internal sealed record MacroParameter(string Name, int Slot, Expression? Default);
