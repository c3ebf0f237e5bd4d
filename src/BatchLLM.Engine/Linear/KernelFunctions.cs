namespace BatchLLM.Engine.Linear;

/// <summary>Where an assembled kernel's functions stand, one for every count of rows, and what they compute.</summary>
/// <param name="First">The function for one row; those for more rows follow it.</param>
/// <param name="Rows">Functions.</param>
/// <param name="Strips">Strips of a tile.</param>
/// <param name="Form">How operands are laid out.</param>
/// <param name="ReadsCodes">True if weights are read as they are packed.</param>
internal readonly record struct KernelFunctions(int First, int Rows, int Strips, IntegerForm Form, bool ReadsCodes);
