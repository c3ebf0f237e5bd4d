namespace BatchLLM.Prompts.Templates;

/// <summary>Statements that run one after the other.</summary>
/// <param name="Statements">The statements.</param>
/// <param name="Inherited">For a scope of its own: what its variables begin with; empty otherwise.</param>
internal sealed record Body(Statement[] Statements, InheritedVariable[] Inherited)
{
    /// <summary>No statements.</summary>
    public static readonly Body Empty = new([], []);

    /// <summary>Runs the statements and appends what they print.</summary>
    /// <exception cref="TemplateException">The template gives up on this row.</exception>
    public TemplateFlow Run(RenderState state, TemplateStringBuilder output)
    {
        foreach (var variable in Inherited)
        {
            state.Variables[variable.Slot] = state.Variables[variable.Outer];
        }

        foreach (var statement in Statements)
        {
            state.Line = statement.Line;
            state.Spend(1);
            var flow = statement.Run(state, output);
            if (flow != TemplateFlow.Next)
            {
                return flow;
            }
        }

        return TemplateFlow.Next;
    }

    /// <summary>Runs the statements by themselves; what they print.</summary>
    public TemplateString Capture(RenderState state)
    {
        var output = new TemplateStringBuilder(state);
        Run(state, output);
        return output.Build();
    }
}
