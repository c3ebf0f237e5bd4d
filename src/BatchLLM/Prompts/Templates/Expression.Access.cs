namespace BatchLLM.Prompts.Templates;

/// <content>Members, slices and calls.</content>
internal abstract partial record Expression
{
    /// <summary><c>a.b</c> and <c>a['b']</c>.</summary>
    public sealed record Item(Expression Target, Expression Key) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) =>
            TemplateValues.Member(Target.Evaluate(state), Key.Evaluate(state));
    }

    /// <summary><c>a[from:to:step]</c>.</summary>
    public sealed record Slice(Expression Target, Expression? From, Expression? To, Expression? Step) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state) => TemplateSlices.Slice(
            state, Target.Evaluate(state), Bound(From, state), Bound(To, state), Bound(Step, state));

        private static long? Bound(Expression? bound, RenderState state) => bound?.Evaluate(state) switch
        {
            null => null,
            long and >= int.MinValue and <= int.MaxValue and var index => index,
            var value => throw new TemplateException(
                $"it slices at {TemplateValues.Describe(value)}; expected a 32-bit integer"),
        };
    }

    /// <summary><c>a | filter(b)</c>, <c>a.method(b)</c> and <c>function(b)</c>, which has no input.</summary>
    /// <param name="Function">What is called.</param>
    /// <param name="Input">What it is called on.</param>
    /// <param name="Arguments">One for each of its parameters; null where none was given.</param>
    public sealed record Call(TemplateFunction Function, Expression? Input, Expression?[] Arguments) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state)
        {
            var input = Input?.Evaluate(state);
            var arguments = Arguments.Length == 0 ? [] : new object?[Arguments.Length];
            for (var i = 0; i < arguments.Length; i++)
            {
                arguments[i] = Arguments[i] is { } given ? given.Evaluate(state) : Undefined.Value;
            }

            return Function.Apply(state, input, arguments);
        }
    }

    /// <summary><c>macro(a, b=1)</c>.</summary>
    /// <param name="Name">The macro's name.</param>
    /// <param name="Slot">Its variable.</param>
    /// <param name="Arguments">The arguments; positional ones have no name and come first.</param>
    public sealed record MacroCall(string Name, int Slot, KeyValuePair<string?, Expression>[] Arguments) : Expression
    {
        /// <inheritdoc/>
        protected override object? Compute(RenderState state)
        {
            var macro = state.Variables[Slot] as TemplateMacro
                ?? throw new TemplateException($"it calls '{Name}', which is no macro here");
            var given = new MacroArgument?[macro.Parameters.Length];
            var position = 0;
            foreach (var (name, value) in Arguments)
            {
                var index = name is null ? position++ : Array.FindIndex(macro.Parameters, item => item.Name == name);
                if (index < 0 || index >= given.Length || given[index] is not null)
                {
                    throw new TemplateException($"it calls the macro '{Name}' with an argument that it does not take");
                }

                given[index] = new MacroArgument(value.Evaluate(state));
            }

            return macro.Call(state, given);
        }
    }
}
