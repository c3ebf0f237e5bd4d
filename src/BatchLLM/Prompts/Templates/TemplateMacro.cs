using System.Runtime.CompilerServices;

namespace BatchLLM.Prompts.Templates;

/// <summary>A macro: a body with parameters, whose value is what it prints.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters, in order.</param>
/// <param name="Content">What it runs.</param>
/// <param name="Slots">The slots of its parameters and of every scope inside it.</param>
internal sealed record TemplateMacro(string Name, MacroParameter[] Parameters, Body Content, int[] Slots)
{
    /// <summary>What a call prints.</summary>
    /// <param name="state">The rendering.</param>
    /// <param name="arguments">One value for each parameter; null where none was given.</param>
    /// <exception cref="TemplateException">The body gives up on this row.</exception>
    public TemplateString Call(RenderState state, MacroArgument?[] arguments)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        state.Spend(Slots.Length);
        var saved = Array.ConvertAll(Slots, slot => state.Variables[slot]); // a macro that calls itself has its own again
        Bind(state, arguments);
        var line = state.Line;
        var text = Content.Capture(state);
        state.Line = line;
        for (var i = 0; i < Slots.Length; i++)
        {
            state.Variables[Slots[i]] = saved[i];
        }

        return text;
    }

    private void Bind(RenderState state, MacroArgument?[] arguments)
    {
        foreach (var slot in Slots)
        {
            state.Variables[slot] = Undefined.Value;
        }

        for (var i = 0; i < Parameters.Length; i++)
        {
            var (_, slot, otherwise) = Parameters[i];
            state.Variables[slot] = arguments[i] is { } given ? given.Value
                : otherwise is null ? Undefined.Value
                : otherwise.Evaluate(state);
        }
    }
}
