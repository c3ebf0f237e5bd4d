namespace BatchLLM.Prompts.Templates;

/// <summary>A variable that a scope sets and that has a value before.</summary>
/// <param name="Slot">Its slot in the scope.</param>
/// <param name="Outer">The slot of the same name around the scope.</param>
internal readonly record struct InheritedVariable(int Slot, int Outer);
