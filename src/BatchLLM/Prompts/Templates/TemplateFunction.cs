namespace BatchLLM.Prompts.Templates;

/// <summary>A filter, method or function that templates may call.</summary>
/// <param name="Parameters">The names of its parameters, in order.</param>
/// <param name="Required">How many of them must be given.</param>
/// <param name="Apply">
/// Computes the result from the input (null for a function) and one argument for each parameter
/// (<see cref="Undefined.Value"/> where none was given).
/// </param>
internal sealed record TemplateFunction(
    string[] Parameters, int Required, Func<RenderState, object?, object?[], object?> Apply);
