namespace BatchLLM.Prompts.Templates;

/// <summary>A test that templates may ask with <c>is</c>, or by name in select and reject.</summary>
/// <param name="TakesArgument">True if it compares with a second value.</param>
/// <param name="Holds">Decides; the second value is undefined where none is taken.</param>
internal sealed record ValueTest(bool TakesArgument, Func<RenderState, object?, object?, bool> Holds);
