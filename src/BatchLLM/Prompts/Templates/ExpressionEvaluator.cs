using System.Runtime.CompilerServices;

namespace BatchLLM.Prompts.Templates;

/// <summary>Computes expressions.</summary>
internal sealed class ExpressionEvaluator(RenderState state)
{
    private const int CharactersPerStep = 8;

    /// <summary>The value of an expression.</summary>
    /// <exception cref="TemplateException">
    /// The values do not allow it, or the rendering has spent its steps.
    /// </exception>
    public object? Evaluate(Expression expression, TemplateScope scope)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var value = Compute(expression, scope);
        // Every operand is paid for by its length here, so operators and filters need not count.
        state.Spend(1 + (value is TemplateString text ? text.Text.Length / CharactersPerStep : 0));
        return value;
    }

    /// <summary>Whether a condition holds.</summary>
    public bool IsTrue(Expression condition, TemplateScope scope) => TemplateValues.IsTrue(Evaluate(condition, scope));

    /// <summary>A member or item of a value; undefined if it has none by that name or index.</summary>
    /// <exception cref="TemplateException">The value itself is undefined, or cannot have members.</exception>
    public static object? Member(object? target, object? key) => (target, key) switch
    {
        (IReadOnlyDictionary<string, object?> map, TemplateString name) =>
            map.TryGetValue(name.Text, out var value) ? value : Undefined.Value,
        (TemplateNamespace space, TemplateString name) =>
            space.Members.TryGetValue(name.Text, out var value) ? value : Undefined.Value,
        (TemplateLoop loop, TemplateString name) => loop.Member(name.Text),
        (TemplateString or IReadOnlyList<object?>, long index) => TemplateSlices.Item(target, index),
        (Undefined, _) => throw new TemplateException("it takes a member of an undefined value"),
        _ => Undefined.Value,
    };

    private object? Compute(Expression expression, TemplateScope scope) => expression switch
    {
        Expression.Constant constant => constant.Value,
        Expression.Variable variable => scope.Get(variable.Name),
        Expression.List list => EvaluateAll(list.Items, scope),
        Expression.Map map => MakeMap(map, scope),
        Expression.Negate negate => TemplateArithmetic.Negate(Evaluate(negate.Operand, scope)),
        Expression.Not not => !IsTrue(not.Operand, scope),
        Expression.And and => Choose(and.Left, and.Right, scope, stopAt: false),
        Expression.Or or => Choose(or.Left, or.Right, scope, stopAt: true),
        Expression.Arithmetic sum => TemplateArithmetic.Apply(
            state, sum.Operator, Evaluate(sum.Left, scope), Evaluate(sum.Right, scope)),
        Expression.Comparison comparison => Compare(comparison, scope),
        Expression.Conditional choice => Choose(choice, scope),
        Expression.Item item => Member(Evaluate(item.Target, scope), Evaluate(item.Key, scope)),
        Expression.Slice slice => TemplateSlices.Slice(
            Evaluate(slice.Target, scope), Bound(slice.From, scope), Bound(slice.To, scope), Bound(slice.Step, scope)),
        Expression.Call call => Call(call, scope),
        Expression.Test test => test.Function.Holds(
            Evaluate(test.Input, scope), test.Argument is null ? Undefined.Value : Evaluate(test.Argument, scope)),
        Expression.NewNamespace space => MakeNamespace(space, scope),
        _ => throw new ArgumentOutOfRangeException(nameof(expression), expression.GetType().Name, "Not an expression."),
    };

    private List<object?> EvaluateAll(IReadOnlyList<Expression> items, TemplateScope scope) =>
        [.. items.Select(item => Evaluate(item, scope))];

    private OrderedDictionary<string, object?> MakeMap(Expression.Map map, TemplateScope scope)
    {
        var values = new OrderedDictionary<string, object?>();
        foreach (var (key, value) in map.Entries)
        {
            // A map's keys do not remember where they came from, so user data must not become one.
            var name = Evaluate(key, scope) is TemplateString { Literals.Count: 0 } text
                ? text.Text
                : throw new TemplateException("it makes a map whose keys are not texts of its own");
            values[name] = Evaluate(value, scope);
        }

        return values;
    }

    private TemplateNamespace MakeNamespace(Expression.NewNamespace space, TemplateScope scope)
    {
        var made = new TemplateNamespace();
        foreach (var (name, value) in space.Members)
        {
            made.Members[name] = Evaluate(value, scope);
        }

        return made;
    }

    private object? Choose(Expression left, Expression right, TemplateScope scope, bool stopAt)
    {
        var value = Evaluate(left, scope);
        return TemplateValues.IsTrue(value) == stopAt ? value : Evaluate(right, scope);
    }

    private object? Choose(Expression.Conditional choice, TemplateScope scope)
    {
        var chosen = IsTrue(choice.Condition, scope) ? choice.Then : choice.Otherwise;
        return chosen is null ? Undefined.Value : Evaluate(chosen, scope);
    }

    private bool Compare(Expression.Comparison comparison, TemplateScope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (operation, operand) in comparison.Rest)
        {
            var right = Evaluate(operand, scope);
            if (!Holds(operation, left, right))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    private static bool Holds(string operation, object? left, object? right) => operation switch
    {
        "==" => TemplateValues.AreEqual(left, right),
        "!=" => !TemplateValues.AreEqual(left, right),
        "in" => TemplateValues.Contains(right, left),
        "not in" => !TemplateValues.Contains(right, left),
        "<" => TemplateValues.Compare(left, right) < 0,
        "<=" => TemplateValues.Compare(left, right) <= 0,
        ">" => TemplateValues.Compare(left, right) > 0,
        _ => TemplateValues.Compare(left, right) >= 0,
    };

    private long? Bound(Expression? bound, TemplateScope scope) => bound is null ? null : Evaluate(bound, scope) switch
    {
        null => null,
        long and >= int.MinValue and <= int.MaxValue and var index => index,
        var value => throw new TemplateException(
            $"it slices at {TemplateValues.Describe(value)}; expected a 32-bit integer"),
    };

    private object? Call(Expression.Call call, TemplateScope scope)
    {
        var input = call.Input is null ? null : Evaluate(call.Input, scope);
        var arguments = new object?[call.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = call.Arguments[i] is { } given ? Evaluate(given, scope) : Undefined.Value;
        }

        return call.Function.Apply(state, input, arguments);
    }
}
