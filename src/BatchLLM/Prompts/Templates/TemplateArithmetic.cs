namespace BatchLLM.Prompts.Templates;

/// <summary>The operators that make a new value of two.</summary>
internal static class TemplateArithmetic
{
    /// <summary>Applies an operator.</summary>
    /// <exception cref="TemplateException">The operands are not of kinds that it takes.</exception>
    public static object? Apply(RenderState state, string operation, object? left, object? right) =>
        (operation, left, right) switch
        {
            ("+", TemplateString first, TemplateString second) => Join(state, first, second),
            ("+", IReadOnlyList<object?> first, IReadOnlyList<object?> second) => JoinLists(state, first, second),
            (not "/", long first, long second) => OfIntegers(operation, first, second),
            _ when TemplateValues.TryNumber(left, out var first) && TemplateValues.TryNumber(right, out var second) =>
                OfNumbers(operation, first, second),
            _ => throw new TemplateException(
                $"it applies '{operation}' to {TemplateValues.Describe(left)} and {TemplateValues.Describe(right)}"),
        };

    /// <summary>The sum of two numbers, texts or lists.</summary>
    /// <exception cref="TemplateException">The operands are of other kinds.</exception>
    public static object? Add(RenderState state, object? left, object? right) => Apply(state, "+", left, right);

    /// <summary>The negative of a number.</summary>
    /// <exception cref="TemplateException">The value is no number.</exception>
    public static object Negate(object? value) => value switch
    {
        long integer => (object)unchecked(-integer), // the cast keeps the switch from making it a double
        double number => -number,
        _ => throw new TemplateException($"it negates {TemplateValues.Describe(value)}"),
    };

    private static TemplateString Join(RenderState state, TemplateString left, TemplateString right) =>
        TemplateString.Concat(state, [left, right]);

    private static List<object?> JoinLists(
        RenderState state, IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        state.Spend(left.Count + right.Count);
        return [.. left, .. right];
    }

    private static long OfIntegers(string operation, long left, long right)
    {
        try
        {
            return operation switch
            {
                "+" => checked(left + right),
                "-" => checked(left - right),
                "*" => checked(left * right),
                _ when right == 0 => throw new TemplateException("it divides by zero"),
                // Python rounds down: the remainder has the divisor's sign.
                "//" => (left / right) - (left % right != 0 && (left < 0) != (right < 0) ? 1 : 0),
                _ => ((left % right) + right) % right,
            };
        }
        catch (OverflowException)
        {
            throw new TemplateException("it calculates a number beyond 64 bits");
        }
    }

    private static double OfNumbers(string operation, double left, double right) => operation switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        _ when right == 0 => throw new TemplateException("it divides by zero"),
        "/" => left / right,
        "//" => Math.Floor(left / right),
        _ => left - (right * Math.Floor(left / right)),
    };
}
