using System.Runtime.CompilerServices;

namespace BatchLLM.Prompts.Templates;

/// <summary>An expression of a template; the cases are nested here.</summary>
internal abstract partial record Expression
{
    /// <summary>Its value.</summary>
    /// <exception cref="TemplateException">
    /// The values do not allow it, or the rendering has spent its steps.
    /// </exception>
    public object? Evaluate(RenderState state)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var value = Compute(state);
        // Every operand is paid for by its length here, so most operators and filters need not count.
        state.SpendText(value is TemplateString text ? text.Text.Length : 0);
        return value;
    }

    /// <summary>Whether it holds as a condition.</summary>
    public bool IsTrue(RenderState state) => TemplateValues.IsTrue(Evaluate(state));

    /// <summary>Computes the value; <see cref="Evaluate"/> pays for it.</summary>
    protected abstract object? Compute(RenderState state);

    /// <summary>A value written in the template.</summary>
    public sealed record Constant(object? Value) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) => Value;
    }

    /// <summary>A variable.</summary>
    public sealed record Variable(int Slot) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) => state.Variables[Slot];
    }

    /// <summary><c>[a, b]</c> or <c>(a, b)</c>.</summary>
    public sealed record List(Expression[] Items) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) => Array.ConvertAll(Items, item => item.Evaluate(state));
    }

    /// <summary><c>{'key': value}</c>.</summary>
    public sealed record Map(KeyValuePair<Expression, Expression>[] Entries) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state)
        {
            var map = new TemplateMap([], []);
            foreach (var (key, value) in Entries)
            {
                var name = key.Evaluate(state) as TemplateString
                    ?? throw new TemplateException("it makes a map whose keys are not texts");
                map.Set(name, value.Evaluate(state));
            }

            return map;
        }
    }

    /// <summary><c>namespace(a=b)</c>: the one value whose members can be set.</summary>
    public sealed record NewNamespace(KeyValuePair<string, Expression>[] Members) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state)
        {
            var made = new TemplateNamespace();
            foreach (var (name, value) in Members)
            {
                made.Members[name] = value.Evaluate(state);
            }

            return made;
        }
    }

    /// <summary>What statements print, as a value.</summary>
    public sealed record Captured(Body Content) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) => Content.Capture(state);
    }
}
