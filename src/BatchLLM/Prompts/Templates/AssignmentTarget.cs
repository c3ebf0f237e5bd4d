namespace BatchLLM.Prompts.Templates;

/// <summary>What <c>set</c> and <c>for</c> give a value to; the cases are nested here.</summary>
internal abstract record AssignmentTarget
{
    /// <summary>Gives it a value.</summary>
    /// <exception cref="TemplateException">The value does not fit it.</exception>
    public abstract void Assign(RenderState state, object? value);

    /// <summary>A variable.</summary>
    public sealed record Variable(int Slot) : AssignmentTarget
    {
        /// <inheritdoc/>
        public override void Assign(RenderState state, object? value) => state.Variables[Slot] = value;
    }

    /// <summary>Several variables, which share a list of as many items.</summary>
    public sealed record Variables(int[] Slots) : AssignmentTarget
    {
        /// <inheritdoc/>
        public override void Assign(RenderState state, object? value)
        {
            if (value is not IReadOnlyList<object?> parts || parts.Count != Slots.Length)
            {
                throw new TemplateException(
                    $"it unpacks {TemplateValues.Describe(value)} into {Slots.Length} variables");
            }

            for (var i = 0; i < Slots.Length; i++)
            {
                state.Variables[Slots[i]] = parts[i];
            }
        }
    }

    /// <summary>A namespace's member.</summary>
    public sealed record Member(string Name, int Slot, string MemberName) : AssignmentTarget
    {
        /// <inheritdoc/>
        public override void Assign(RenderState state, object? value)
        {
            if (state.Variables[Slot] is not TemplateNamespace space)
            {
                throw new TemplateException($"it sets a member of '{Name}', which is no namespace");
            }

            space.Members[MemberName] = value;
        }
    }
}
