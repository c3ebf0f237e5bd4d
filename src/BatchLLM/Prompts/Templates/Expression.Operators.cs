namespace BatchLLM.Prompts.Templates;

/// <content>Operators.</content>
internal abstract partial record Expression
{
    /// <summary><c>-a</c>.</summary>
    public sealed record Negate(Expression Operand) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) => TemplateArithmetic.Negate(Operand.Evaluate(state));
    }

    /// <summary><c>not a</c>.</summary>
    public sealed record Not(Expression Operand) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) => TemplateValues.Truth(!Operand.IsTrue(state));
    }

    /// <summary><c>a and b</c>: the first false one, or the last.</summary>
    public sealed record And(Expression Left, Expression Right) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) =>
            Left.Evaluate(state) is var value && TemplateValues.IsTrue(value) ? Right.Evaluate(state) : value;
    }

    /// <summary><c>a or b</c>: the first true one, or the last.</summary>
    public sealed record Or(Expression Left, Expression Right) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) =>
            Left.Evaluate(state) is var value && TemplateValues.IsTrue(value) ? value : Right.Evaluate(state);
    }

    /// <summary><c>a if b else c</c>; undefined without else.</summary>
    public sealed record Conditional(Expression Condition, Expression Then, Expression? Otherwise) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) => Condition.IsTrue(state) ? Then.Evaluate(state)
            : Otherwise is null ? Undefined.Value
            : Otherwise.Evaluate(state);
    }

    /// <summary>Arithmetic of two values.</summary>
    public sealed record Arithmetic(string Operator, Expression Left, Expression Right) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) =>
            TemplateArithmetic.Apply(state, Operator, Left.Evaluate(state), Right.Evaluate(state));
    }

    /// <summary><c>a + b + c</c>: templates join many texts this way, so these are joined at once.</summary>
    public sealed record Sum(Expression[] Terms) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state)
        {
            var texts = new TemplateString[Terms.Length];
            for (var i = 0; i < texts.Length; i++)
            {
                var value = Terms[i].Evaluate(state);
                if (value is not TemplateString text)
                {
                    return AddFrom(state, i == 0 ? value : TemplateArithmetic.Add(
                        state, TemplateString.Concat(state, texts.AsSpan(0, i)), value), i + 1);
                }

                texts[i] = text;
            }

            return TemplateString.Concat(state, texts);
        }

        private object? AddFrom(RenderState state, object? sum, int next)
        {
            for (; next < Terms.Length; next++)
            {
                sum = TemplateArithmetic.Add(state, sum, Terms[next].Evaluate(state));
            }

            return sum;
        }
    }

    /// <summary><c>a ~ b ~ c</c>: what they print, joined.</summary>
    public sealed record Join(Expression[] Parts) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) => TemplateString.Concat(
            state, Array.ConvertAll(Parts, part => TemplateValues.ToText(state, part.Evaluate(state))));
    }

    /// <summary><c>a &lt; b &lt;= c</c>: every neighbouring pair compared.</summary>
    public sealed record Comparison(Expression First, KeyValuePair<string, Expression>[] Rest) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state)
        {
            var left = First.Evaluate(state);
            foreach (var (operation, operand) in Rest)
            {
                var right = operand.Evaluate(state);
                if (!TemplateComparison.Holds(state, operation, left, right))
                {
                    return TemplateValues.Truth(false);
                }

                left = right;
            }

            return TemplateValues.Truth(true);
        }
    }

    /// <summary><c>a is test(b)</c>.</summary>
    public sealed record Test(ValueTest Function, Expression Input, Expression? Argument) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state)
        {
            var input = Input.Evaluate(state);
            var argument = Argument is null ? Undefined.Value : Argument.Evaluate(state);
            return TemplateValues.Truth(Function.Holds(state, input, argument));
        }
    }
}
