namespace BatchLLM.Prompts.Templates;

/// <content>Loops.</content>
internal abstract partial record Statement
{
    /// <summary><c>for a, b in items if filter</c> with its <c>else</c>.</summary>
    /// <param name="Line">The line it starts on.</param>
    /// <param name="Target">The loop's variables.</param>
    /// <param name="LoopSlot">The slot of the variable <c>loop</c>.</param>
    /// <param name="Items">What it goes through.</param>
    /// <param name="Filter">Which items it takes; null for all.</param>
    /// <param name="Content">What runs for every item.</param>
    /// <param name="Otherwise">What runs if there is none.</param>
    public sealed record For(
        int Line,
        AssignmentTarget Target,
        int LoopSlot,
        Expression Items,
        Expression? Filter,
        Body Content,
        Body Otherwise) : Statement(Line)
    {
        /// <inheritdoc/>
        public override TemplateFlow Run(RenderState state, TemplateStringBuilder output)
        {
            var items = SelectItems(state);
            if (items.Count == 0)
            {
                return Otherwise.Run(state, output);
            }

            var loop = new TemplateLoop(items);
            for (; loop.Index < items.Count; loop.Index++)
            {
                Target.Assign(state, items[loop.Index]);
                state.Variables[LoopSlot] = loop;
                if (Content.Run(state, output) == TemplateFlow.Break)
                {
                    break;
                }
            }

            return TemplateFlow.Next;
        }

        private IReadOnlyList<object?> SelectItems(RenderState state)
        {
            var items = TemplateValues.Items(state, Items.Evaluate(state));
            return Filter is null ? items : [.. items.Where(item => IsSelected(Filter, item, state))];
        }

        private bool IsSelected(Expression filter, object? item, RenderState state)
        {
            Target.Assign(state, item);
            return filter.IsTrue(state);
        }
    }
}
