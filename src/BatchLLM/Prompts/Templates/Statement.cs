namespace BatchLLM.Prompts.Templates;

/// <summary>A statement of a template; the cases are nested here.</summary>
/// <param name="Line">The line it starts on, from 1.</param>
internal abstract partial record Statement(int Line)
{
    /// <summary>Runs it and appends what it prints.</summary>
    public abstract TemplateFlow Run(RenderState state, TemplateStringBuilder output);

    /// <summary>Text that is output as it stands.</summary>
    public sealed record Text(int Line, TemplateString Value) : Statement(Line)
    {
        /// <inheritdoc/>
        public override TemplateFlow Run(RenderState state, TemplateStringBuilder output)
        {
            output.Append(Value);
            return TemplateFlow.Next;
        }
    }

    /// <summary><c>{{ value }}</c>.</summary>
    public sealed record Print(int Line, Expression Value) : Statement(Line)
    {
        /// <inheritdoc/>
        public override TemplateFlow Run(RenderState state, TemplateStringBuilder output)
        {
            output.Append(TemplateValues.ToText(state, Value.Evaluate(state)));
            return TemplateFlow.Next;
        }
    }

    /// <summary><c>if</c> with its <c>elif</c>s and <c>else</c>.</summary>
    public sealed record If(int Line, KeyValuePair<Expression, Body>[] Branches, Body Otherwise) : Statement(Line)
    {
        /// <inheritdoc/>
        public override TemplateFlow Run(RenderState state, TemplateStringBuilder output)
        {
            foreach (var (condition, body) in Branches)
            {
                if (condition.IsTrue(state))
                {
                    return body.Run(state, output);
                }
            }

            return Otherwise.Run(state, output);
        }
    }

    /// <summary><c>set name = value</c>, or a namespace's member, or several names at once.</summary>
    public sealed record Set(int Line, AssignmentTarget Target, Expression Value) : Statement(Line)
    {
        /// <inheritdoc/>
        public override TemplateFlow Run(RenderState state, TemplateStringBuilder output)
        {
            Target.Assign(state, Value.Evaluate(state));
            return TemplateFlow.Next;
        }
    }

    /// <summary><c>generation</c> … <c>endgeneration</c>: a mark for training; only the body counts here.</summary>
    public sealed record Group(int Line, Body Content) : Statement(Line)
    {
        /// <inheritdoc/>
        public override TemplateFlow Run(RenderState state, TemplateStringBuilder output) => Content.Run(state, output);
    }

    /// <summary><c>macro name(a, b=1)</c> … <c>endmacro</c>.</summary>
    public sealed record DefineMacro(int Line, int Slot, TemplateMacro Macro) : Statement(Line)
    {
        /// <inheritdoc/>
        public override TemplateFlow Run(RenderState state, TemplateStringBuilder output)
        {
            state.Variables[Slot] = Macro;
            return TemplateFlow.Next;
        }
    }

    /// <summary>Leaves the loop, or goes on with its next item.</summary>
    public sealed record Jump(int Line, TemplateFlow Flow) : Statement(Line)
    {
        /// <inheritdoc/>
        public override TemplateFlow Run(RenderState state, TemplateStringBuilder output) => Flow;
    }
}
